namespace MailManager.Rules.Mime;

/// <summary>How much of a message is looked into before it counts as too complex.</summary>
public sealed record MimeLimits
{
    /// <summary>Each level takes some of the stack.</summary>
    public const int MaximumDepth = 200;

    /// <summary>The defaults.</summary>
    public static MimeLimits Default { get; } = new();

    /// <summary>Parts of all levels, multiparts and messages among them.</summary>
    public int Parts { get; init; } = 1000;

    /// <summary>Multiparts and messages inside of each other, at most <see cref="MaximumDepth"/>.</summary>
    public int Depth { get; init; } = 32;

    /// <summary>Octets of all attachments, decoded.</summary>
    public long Octets { get; init; } = 100 * 1024 * 1024;

    /// <summary>From the first octet to the last.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>Why a message is too complex.</summary>
public enum MimeProblem
{
    /// <summary>More parts than <see cref="MimeLimits.Parts"/>.</summary>
    Parts,

    /// <summary>Nested deeper than <see cref="MimeLimits.Depth"/>.</summary>
    Depth,

    /// <summary>Larger attachments than <see cref="MimeLimits.Octets"/>.</summary>
    Octets,

    /// <summary>It took longer than <see cref="MimeLimits.Time"/>.</summary>
    Time,

    /// <summary>
    /// What other programs make of it is unknown: it does not begin with a header, or has a multipart without a boundary, or with one that fills a line.
    /// </summary>
    Unreadable,
}
