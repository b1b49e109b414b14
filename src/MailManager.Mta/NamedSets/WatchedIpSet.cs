using System.Text;
using MailManager.Resources.IpSets;
using MailManager.Rules.Sets;

namespace MailManager.Mta.NamedSets;

/// <summary>An IP set whose ranges are in a file. A file with a wrong line is not taken: a trusted network that is missing should not go unnoticed.</summary>
/// <param name="set">As configured, with a file.</param>
internal sealed class WatchedIpSet(IpSet set) : IWatchedSet
{
    /// <summary>Wrong lines that are told of.</summary>
    private const int ShownErrors = 10;

    private readonly WatchedFile _file = new(set.File!);

    public NamedIpSet Set { get; } = new(set.IpSetName, IpRanges.Empty);

    public string Kind => "ip_set";

    public string Name => Set.Name;

    public int Count => Set.Ranges.Count;

    /// <summary>Never: a million ranges take a second or two.</summary>
    public SetProgress? Progress => null;

    public bool HasChanged => _file.HasChanged;

    public Task<SetLoad> LoadAsync(CancellationToken cancellationToken) => Task.Run(Load, cancellationToken);

    private SetLoad Load()
    {
        try
        {
            using var stream = _file.Open();
            using var reader = new StreamReader(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            if (IpRanges.Read(reader, out var errors) is not { } ranges)
            {
                return new SetLoad(string.Join("; ", errors.Take(ShownErrors).Select(error => $"line {error.Line}: {error.Reason}")), 0, []);
            }

            Set.Ranges = ranges;
            return SetLoad.Success;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return new SetLoad(fault.Message, 0, []);
        }
    }
}
