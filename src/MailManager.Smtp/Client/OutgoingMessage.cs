namespace MailManager.Smtp.Client;

/// <summary>A message as a transaction sends it. Does not own its bytes: they must stay valid until the transaction has ended.</summary>
public readonly record struct OutgoingMessage
{
    /// <summary>Empty for the null reverse-path.</summary>
    public required string ReversePath { get; init; }

    /// <summary>At least one.</summary>
    public required ReadOnlyMemory<string> Recipients { get; init; }

    /// <summary>
    /// Declared 8BITMIME. A server that does not offer the extension gets the message all the same, without the parameter: RFC 6152 §3 would
    /// have it converted (which breaks signatures) or returned, and servers that cannot take 8-bit content are extinct.
    /// </summary>
    public bool IsEightBit { get; init; }

    /// <summary>Header lines to go in front, each ending in CRLF.</summary>
    public ReadOnlyMemory<byte> Prefix { get; init; }

    /// <summary>The content starts with neither a field nor an empty line, so an empty line must end the prefix.</summary>
    public bool NeedsSeparator { get; init; }

    /// <summary>The content, or the start of it when there is a <see cref="Rest"/>.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>Where a large content is read from; null: <see cref="Head"/> is all of it.</summary>
    public IContentReader? Rest { get; init; }

    /// <summary>Octets of the whole content, without prefix.</summary>
    public required long ContentLength { get; init; }

    /// <summary>
    /// The address is fit for a command: printable ASCII without angle brackets, not too long. A transaction with one that is not fails as a
    /// whole, so that it is better left out.
    /// </summary>
    public static bool CanCarry(string path) => CommandWriter.IsSafePath(path);

    /// <summary>For SIZE (RFC 1870): octets with prefix, before dots are stuffed.</summary>
    public long Size => Prefix.Length + (NeedsSeparator ? 2 : 0) + ContentLength;
}

/// <summary>Random access to a large content.</summary>
public interface IContentReader
{
    /// <summary>Fills as much as it can from <paramref name="offset"/> of the whole content; 0 only at its end. May throw <see cref="IOException"/>.</summary>
    int Read(Span<byte> destination, long offset);
}
