namespace MailManager.Rules.Sets;

/// <summary>
/// An IP set that conditions refer to by name. Its ranges can be replaced at any time, by whoever watches where they come from; a message that is
/// being looked at keeps what it has seen. Thread-safe.
/// </summary>
public sealed class NamedIpSet(string name, IpRanges ranges)
{
    private volatile IpRanges _ranges = ranges;

    public string Name { get; } = name;

    public IpRanges Ranges
    {
        get => _ranges;
        set => _ranges = value;
    }
}
