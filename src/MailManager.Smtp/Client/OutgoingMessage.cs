using MailManager.Smtp.Grammar;

namespace MailManager.Smtp.Client;

/// <summary>A message as a transaction sends it. Does not own its bytes: they must stay valid until the transaction has ended.</summary>
public readonly record struct OutgoingMessage
{
    /// <summary>Empty for the null reverse-path.</summary>
    public required string ReversePath { get; init; }

    /// <summary>At least one.</summary>
    public required ReadOnlyMemory<string> Recipients { get; init; }

    /// <summary>What is asked for each recipient, by its index; empty: nothing.</summary>
    public ReadOnlyMemory<RecipientOptions?> RecipientOptions { get; init; }

    /// <summary>What is asked for the message; null: nothing.</summary>
    public MailOptions? Options { get; init; }

    /// <summary>Some header line, also of the <see cref="Prefix"/>, is not ASCII. Only said of messages with SMTPUTF8.</summary>
    public bool HasUtf8Header { get; init; }

    /// <summary>
    /// As declared. BINARYMIME goes by BDAT to servers that offer it, and by DATA to others when it holds nothing that DATA cannot carry. For
    /// 8BITMIME, a server that does not offer the extension gets the message all the same, without the parameter: RFC 6152 §3 would
    /// have it converted (which breaks signatures) or returned, and servers that cannot take 8-bit content are extinct.
    /// </summary>
    public BodyType Body { get; init; }

    /// <summary>Header lines to go in front, each ending in CRLF.</summary>
    public ReadOnlyMemory<byte> Prefix { get; init; }

    /// <summary>What is sent of the content starts with neither a field nor an empty line, so an empty line must end the prefix.</summary>
    public bool NeedsSeparator { get; init; }

    /// <summary>The content, or the start of it when there is a <see cref="Rest"/>.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>Where a large content is read from; null: <see cref="Head"/> is all of it.</summary>
    public IContentReader? Rest { get; init; }

    /// <summary>Octets of the whole content, without prefix.</summary>
    public required long ContentLength { get; init; }

    /// <summary>Octets at the start of the content that are not sent, because the prefix stands in for them; all of them are in <see cref="Head"/>.</summary>
    public int ContentStart { get; init; }

    /// <summary>
    /// The address is fit for a command: printable, ASCII unless the message has SMTPUTF8, without angle brackets, not too long. A transaction
    /// with one that is not fails as a whole, so that it is better left out.
    /// </summary>
    public static bool CanCarry(string path, bool isUtf8) => CommandWriter.IsSafePath(path, isUtf8);

    /// <summary>For SIZE (RFC 1870): octets with prefix, before dots are stuffed.</summary>
    public long Size => Prefix.Length + (NeedsSeparator ? 2 : 0) + ContentLength - ContentStart;

    /// <summary>
    /// Copies octets from <paramref name="offset"/> of what is sent, prefix included: at least one unless it is the end. May throw
    /// <see cref="IOException"/>.
    /// </summary>
    public int Read(Span<byte> destination, long offset)
    {
        if (offset < Prefix.Length)
        {
            return Copy(Prefix.Span[(int)offset..], destination);
        }

        offset -= Prefix.Length;
        if (NeedsSeparator && offset < 2)
        {
            return Copy("\r\n"u8[(int)offset..], destination);
        }

        offset += ContentStart - (NeedsSeparator ? 2 : 0);
        return Rest is null
            ? Copy(Head.Span[(int)offset..], destination)
            : Rest.Read(destination[..(int)Math.Min(destination.Length, ContentLength - offset)], offset);
    }

    private static int Copy(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var length = Math.Min(source.Length, destination.Length);
        source[..length].CopyTo(destination);
        return length;
    }
}

/// <summary>Random access to a large content.</summary>
public interface IContentReader
{
    /// <summary>Fills as much as it can from <paramref name="offset"/> of the whole content; 0 only at its end. May throw <see cref="IOException"/>.</summary>
    int Read(Span<byte> destination, long offset);
}
