using System.Globalization;
using System.Text;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Dsn;

/// <summary>Addresses in the fields of a notification: their type and form (RFC 3464 §2.3, RFC 6533 §3).</summary>
internal static class DsnAddress
{
    /// <summary>As people read it: escaped, but for UTF-8 where that is allowed.</summary>
    public static string Show(string address, bool isUtf8)
    {
        if (!isUtf8 || Ascii.IsValid(address))
        {
            return PeerText.Escape(address);
        }

        var text = new StringBuilder(address.Length);
        foreach (var rune in address.EnumerateRunes())
        {
            text.Append(IsShown(rune) ? rune : Rune.ReplacementChar);
        }

        return text.ToString();
    }

    /// <summary><c>rfc822; a@b</c> or <c>utf-8; ü@b</c></summary>
    public static string Final(string address, bool isUtf8) =>
        $"{(isUtf8 && !Ascii.IsValid(address) ? "utf-8" : "rfc822")}; {Show(address, isUtf8)}";

    /// <summary>ORCPT in its decoded form.</summary>
    public static string Original(string originalRecipient, bool isUtf8)
    {
        var semicolon = originalRecipient.IndexOf(';', StringComparison.Ordinal);
        var type = originalRecipient[..Math.Max(semicolon, 0)];
        var address = originalRecipient[(semicolon + 1)..];
        return type.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            ? $"{type}; {(isUtf8 ? DecodeUtf8(address) : address)}"
            : $"{type}; {OriginalRecipient.Decode(address)}";
    }

    /// <summary><c>\x{FC}</c> and so on; what is no printable character beyond ASCII stays as it is.</summary>
    private static string DecodeUtf8(string address)
    {
        var text = new StringBuilder(address.Length);
        for (var i = 0; i < address.Length; i++)
        {
            var end = address.AsSpan(i).StartsWith(@"\x{") ? address.IndexOf('}', i) : -1;
            if (end > 0
                && int.TryParse(address.AsSpan(i + 3, end - i - 3), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
                && Rune.TryCreate(value, out var rune) && !rune.IsAscii && IsShown(rune))
            {
                text.Append(rune);
                i = end;
            }
            else
            {
                text.Append(address[i]);
            }
        }

        return text.ToString();
    }

    private static bool IsShown(Rune rune) => !Rune.IsControl(rune) && rune.Value is not (0x2028 or 0x2029);
}
