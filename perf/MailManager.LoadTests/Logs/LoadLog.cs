namespace MailManager.LoadTests.Logs;

/// <summary>
/// The lines of the acknowledged and received logs: <c>ID RECIPIENT</c>, one for each recipient; in the received log also
/// <c>!ID RECIPIENT</c> for one that the sink refused for good.
/// </summary>
internal static class LoadLog
{
    public const char RejectedMark = '!';

    /// <summary>Longest recipient written; a longer one is cut (RFC 5321 §4.5.3.1.3 allows 256 octets).</summary>
    public const int MaxRecipient = 256;

    /// <summary>Octets of the line, its LF included. <paramref name="line"/> has room for 512.</summary>
    public static int Format(Span<byte> line, ReadOnlySpan<byte> id, ReadOnlySpan<byte> recipient, bool rejected = false)
    {
        var length = 0;
        if (rejected)
        {
            line[length++] = (byte)RejectedMark;
        }

        id = id[..Math.Min(id.Length, 128)];
        recipient = recipient[..Math.Min(recipient.Length, MaxRecipient)];
        id.CopyTo(line[length..]);
        length += id.Length;
        line[length++] = (byte)' ';
        recipient.CopyTo(line[length..]);
        length += recipient.Length;
        line[length++] = (byte)'\n';
        return length;
    }
}
