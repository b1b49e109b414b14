using MailManager.Resources.AddressLists;
using MailManager.Rules.Sets;

namespace MailManager.Mta.NamedSets;

/// <summary>
/// An address list with members in files, which are imported as the API imports them: items that are no members are left out and told of. A file that cannot
/// be read to its end leaves the list as it was.
/// </summary>
/// <param name="list">As configured, with files.</param>
internal sealed class WatchedAddressList(AddressList list) : IWatchedSet
{
    /// <summary>Members that were left out and are told of.</summary>
    private const int ShownNotices = 10;

    private readonly WatchedFile[] _files = [.. list.Files.Select(file => new WatchedFile(file.Path))];
    private SetProgress? _progress;

    public NamedAddressList List { get; } = new(list.AddressListName, AddressSet.Create(list.Addresses));

    public string Kind => "address_list";

    public string Name => List.Name;

    public int Count => List.Addresses.Count;

    public SetProgress? Progress => Volatile.Read(ref _progress);

    public bool HasChanged => _files.Any(file => file.HasChanged);

    public async Task<SetLoad> LoadAsync(CancellationToken cancellationToken)
    {
        var members = new List<string>(list.Addresses);
        var notices = new List<string>();
        var done = new SetProgress(0, 0, 0, _files.Sum(file => Length(file.Path)));
        for (var i = 0; i < _files.Length; i++)
        {
            try
            {
                using var stream = _files[i].Open();
                var before = done;
                var importer = new AddressListImporter(stream, list.Files[i].Type, new Reporter(progress => _progress = done = before with
                {
                    Entries = before.Entries + progress.Imported,
                    Failed = before.Failed + progress.Failed,
                    Octets = before.Octets + progress.OctetsRead,
                }));
                await foreach (var member in importer.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (members.Count == AddressListImporter.MaximumEntries)
                    {
                        _progress = null;
                        return new SetLoad($"{_files[i].Path}: the list has more than {AddressListImporter.MaximumEntries} members in all", i, notices);
                    }

                    members.Add(member);
                }

                notices.AddRange(importer.Failures.Take(ShownNotices).Select(failure => $"{_files[i].Path}:{failure.Line}: {failure.Reason}"));
            }
            catch (Exception fault) when (fault is AddressListImportException or IOException or UnauthorizedAccessException)
            {
                _progress = null;
                return new SetLoad($"{_files[i].Path}: {fault.Message}", i, notices);
            }
        }

        List.Addresses = AddressSet.Create(members);
        _progress = null;
        return new SetLoad(null, 0, notices);
    }

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Unlike <see cref="Progress{T}"/>, on the thread that reads.</summary>
    private sealed class Reporter(Action<AddressListImportProgress> report) : IProgress<AddressListImportProgress>
    {
        public void Report(AddressListImportProgress value) => report(value);
    }
}
