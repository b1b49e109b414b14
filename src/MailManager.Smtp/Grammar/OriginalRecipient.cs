using System.Globalization;
using System.Text;

namespace MailManager.Smtp.Grammar;

/// <summary>The value of ORCPT, and what it stands for in a notification (RFC 3461 §4.2, RFC 6533 §3).</summary>
public static class OriginalRecipient
{
    /// <summary>
    /// The value for an address as it was received: <c>rfc822;</c> and xtext, or <c>utf-8;</c> and its own escapes where the address is not ASCII.
    /// Empty where it would be longer than the extension allows.
    /// </summary>
    public static string For(string address)
    {
        var isAscii = Ascii.IsValid(address);
        var text = new StringBuilder(isAscii ? "rfc822;" : "utf-8;", address.Length + 8);
        foreach (var rune in address.EnumerateRunes())
        {
            if (rune.Value is > ' ' and <= '~' and not ('+' or '=') && (isAscii || rune.Value != '\\'))
            {
                text.Append((char)rune.Value);
            }
            else if (isAscii)
            {
                text.Append(CultureInfo.InvariantCulture, $"+{rune.Value:X2}");
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $@"\x{{{rune.Value:X}}}");
            }
        }

        return text.Length <= RcptCommand.MaxOriginalRecipientLength ? text.ToString() : string.Empty;
    }

    /// <summary>What valid xtext stands for (RFC 3461 §4): the form in which notifications carry ORCPT and ENVID (RFC 3464 §2.2.1, §2.3.1).</summary>
    public static string Decode(string xtext)
    {
        if (!xtext.Contains('+', StringComparison.Ordinal))
        {
            return xtext;
        }

        var text = new StringBuilder(xtext.Length);
        for (var i = 0; i < xtext.Length; i++)
        {
            if (xtext[i] == '+' && i + 2 < xtext.Length
                && byte.TryParse(xtext.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                text.Append((char)octet);
                i += 2;
            }
            else
            {
                text.Append(xtext[i]);
            }
        }

        return text.ToString();
    }
}
