using System.Collections.Frozen;
using System.Collections.Immutable;
using MailManager.Resources;
using MailManager.Resources.IpSets;
using MailManager.Rules;
using MailManager.Rules.Sets;

namespace MailManager.Mta.NamedSets;

/// <summary>The IP sets and address lists of one configuration, built-in ones included.</summary>
internal sealed class NamedSetTable
{
    private NamedSetTable(
        IReadOnlyDictionary<string, NamedIpSet> ipSets, IReadOnlyDictionary<string, NamedAddressList> addressLists, ImmutableArray<IWatchedSet> watched)
    {
        IpSets = ipSets;
        AddressLists = addressLists;
        Watched = watched;
    }

    public IReadOnlyDictionary<string, NamedIpSet> IpSets { get; }

    public IReadOnlyDictionary<string, NamedAddressList> AddressLists { get; }

    /// <summary>Those with content in files.</summary>
    public ImmutableArray<IWatchedSet> Watched { get; }

    /// <summary>Reads all files, so that nothing is decided by a set that is not there yet. With errors there may be sets that are empty.</summary>
    public static async Task<(NamedSetTable Table, ImmutableArray<CompileError> Errors, ImmutableArray<CompileError> Notices)> LoadAsync(ResourceSet resources)
    {
        var (errors, notices) = (ImmutableArray.CreateBuilder<CompileError>(), ImmutableArray.CreateBuilder<CompileError>());
        var ipSets = BuiltInIpSets.All.Select(set => new NamedIpSet(set.IpSetName, IpRanges.Create(set.Values))).ToList();
        var lists = new List<NamedAddressList>();
        var watched = ImmutableArray.CreateBuilder<IWatchedSet>();
        for (var i = 0; i < resources.IpSets.Length; i++)
        {
            var set = resources.IpSets[i];
            if (set.File is null)
            {
                ipSets.Add(new NamedIpSet(set.IpSetName, IpRanges.Create(set.Values)));
                continue;
            }

            var fromFile = new WatchedIpSet(set);
            await TakeAsync(fromFile, _ => $"IpSets[{i}].File").ConfigureAwait(false);
            ipSets.Add(fromFile.Set);
        }

        for (var i = 0; i < resources.AddressLists.Length; i++)
        {
            var list = resources.AddressLists[i];
            if (list.Files.IsEmpty)
            {
                lists.Add(new NamedAddressList(list.AddressListName, AddressSet.Create(list.Addresses)));
                continue;
            }

            var fromFiles = new WatchedAddressList(list);
            await TakeAsync(fromFiles, file => $"AddressLists[{i}].Files[{file}]").ConfigureAwait(false);
            lists.Add(fromFiles.List);
        }

        return (
            new NamedSetTable(
                ipSets.ToFrozenDictionary(set => set.Name, StringComparer.Ordinal),
                lists.ToFrozenDictionary(list => list.Name, StringComparer.Ordinal),
                watched.ToImmutable()),
            errors.ToImmutable(),
            notices.ToImmutable());

        async Task TakeAsync(IWatchedSet set, Func<int, string> path)
        {
            watched.Add(set);
            var load = await set.LoadAsync(CancellationToken.None).ConfigureAwait(false);
            if (load.Error is { } error)
            {
                errors.Add(new CompileError(path(load.File), error));
            }

            notices.AddRange(load.Notices.Select(notice => new CompileError(path(load.File), $"left out: {notice}")));
        }
    }
}
