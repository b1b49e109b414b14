using System.Text;

namespace MailManager.Smtp.Grammar;

/// <summary>Reads a reverse-path or forward-path in angle brackets (RFC 5321 §4.1.2).</summary>
internal static class PathParser
{
    /// <summary>
    /// Reads <c>&lt;...&gt;</c> at the start of the text. A source route is read and ignored (RFC 5321 §4.1.1.3 and appendix C).
    /// </summary>
    /// <param name="text">The argument after <c>FROM:</c> or <c>TO:</c>.</param>
    /// <param name="mailbox">The address in the brackets; empty for <c>&lt;&gt;</c>.</param>
    /// <param name="rest">What follows the closing bracket.</param>
    /// <param name="allowPostmaster">Whether <c>&lt;postmaster&gt;</c> without a domain is an address (RFC 5321 §4.1.1.3).</param>
    public static bool TryParse(ReadOnlySpan<byte> text, bool allowPostmaster, out ReadOnlySpan<byte> mailbox, out ReadOnlySpan<byte> rest)
    {
        mailbox = default;
        rest = default;
        if (text.IsEmpty || text[0] != (byte)'<')
        {
            return false;
        }

        var end = ClosingBracket(text);
        if (end < 0)
        {
            return false;
        }

        rest = text[(end + 1)..];
        mailbox = text[1..end];
        if (mailbox.IsEmpty || (allowPostmaster && Ascii.EqualsIgnoreCase(mailbox, "postmaster"u8)))
        {
            return true;
        }

        if (mailbox[0] == (byte)'@')
        {
            var colon = mailbox.IndexOf((byte)':');
            if (colon < 0 || !IsSourceRoute(mailbox[..colon]))
            {
                return false;
            }

            mailbox = mailbox[(colon + 1)..];
        }

        return MailboxSyntax.IsMailbox(mailbox);
    }

    /// <summary>The first <c>&gt;</c> outside a quoted local-part.</summary>
    private static int ClosingBracket(ReadOnlySpan<byte> text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'\\' when quoted:
                    i++;
                    break;
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)'>' when !quoted:
                    return i;
            }
        }

        return -1;
    }

    private static bool IsSourceRoute(ReadOnlySpan<byte> route)
    {
        foreach (var range in route.Split((byte)','))
        {
            var hop = route[range];
            if (hop.Length < 2 || hop[0] != (byte)'@' || !MailboxSyntax.IsDomain(hop[1..]))
            {
                return false;
            }
        }

        return true;
    }
}
