using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailManager.Smtp.Grammar;

/// <summary>
/// Syntax of addresses and host names in commands (RFC 5321 §4.1.2), addresses also in UTF-8 (RFC 6531 §3.3). Works on spans, never throws,
/// allocates only to check an address literal.
/// </summary>
public static class MailboxSyntax
{
    /// <summary>Longest <c>local-part@domain</c>, in octets: a path of 256 octets less its brackets (RFC 5321 §4.5.3.1.3).</summary>
    public const int MaxLength = 254;

    // The limit of 64 octets for a local-part (RFC 5321 §4.5.3.1.1) is one that must be accepted, not one that must be refused; rewritten
    // bounce addresses exceed it in practice, so only the whole address is bounded.

    /// <summary>Longest domain name, in octets (RFC 5321 §4.5.3.1.2).</summary>
    public const int MaxDomainLength = 255;

    private const int MaxLabelLength = 63;

    /// <summary><c>atext</c> (RFC 5322 §3.2.3).</summary>
    private static readonly SearchValues<byte> AtomText =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~"u8);

    /// <summary>Letters, digits and hyphen (RFC 5321 <c>sub-domain</c>), and the underscore that real sender domains hold.</summary>
    private static readonly SearchValues<byte> LabelText =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    /// <summary>
    /// Whether the octets are a <c>Mailbox</c>: local-part, <c>@</c>, and a domain or address literal. Other characters than ASCII are allowed where a
    /// letter is; whether labels with them are a domain name is for IDNA to say.
    /// </summary>
    public static bool IsMailbox(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return false;
        }

        if (Ascii.IsValid(text))
        {
            return IsAsciiMailbox(text);
        }

        if (!IsPlainUtf8(text))
        {
            return false;
        }

        Span<byte> letters = stackalloc byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            letters[i] = text[i] < 0x80 ? text[i] : (byte)'a';
        }

        return IsAsciiMailbox(letters);
    }

    private static bool IsAsciiMailbox(ReadOnlySpan<byte> text)
    {
        var localLength = LocalPartLength(text);
        return localLength > 0
            && localLength < text.Length
            && text[localLength] == (byte)'@'
            && IsDomainOrLiteral(text[(localLength + 1)..]);
    }

    /// <summary>Whether the octets are a domain name or an address literal, as EHLO wants (RFC 5321 §4.1.1.1).</summary>
    public static bool IsDomainOrLiteral(ReadOnlySpan<byte> text) =>
        text.Length > 0 && text[0] == (byte)'[' ? IsAddressLiteral(text) : IsDomain(text);

    /// <summary>Whether the octets are a domain name: labels of 1 to 63 octets with single dots between, no dot at the end.</summary>
    public static bool IsDomain(ReadOnlySpan<byte> text)
    {
        if (text.Length is 0 or > MaxDomainLength)
        {
            return false;
        }

        while (true)
        {
            var length = text.IndexOfAnyExcept(LabelText);
            var label = length < 0 ? text : text[..length];
            if (label.Length is 0 or > MaxLabelLength || label[0] == (byte)'-' || label[^1] == (byte)'-')
            {
                return false;
            }

            if (length < 0)
            {
                return true;
            }

            if (text[length] != (byte)'.')
            {
                return false;
            }

            text = text[(length + 1)..];
        }
    }

    /// <summary>Octets of the <c>Dot-string</c> or <c>Quoted-string</c> that the text starts with; 0: it starts with neither.</summary>
    private static int LocalPartLength(ReadOnlySpan<byte> text) => text[0] == (byte)'"' ? QuotedStringLength(text) : DotStringLength(text);

    /// <summary>Valid UTF-8 without controls, line and paragraph separators, and marks that turn the direction of text.</summary>
    private static bool IsPlainUtf8(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out var rune, out var length) != OperationStatus.Done)
            {
                return false;
            }

            if (!rune.IsAscii && Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }

    private static int DotStringLength(ReadOnlySpan<byte> text)
    {
        var position = 0;
        while (true)
        {
            var atom = text[position..].IndexOfAnyExcept(AtomText);
            if (atom <= 0)
            {
                return 0;
            }

            position += atom;
            if (text[position] != (byte)'.')
            {
                return position;
            }

            position++;
        }
    }

    private static int QuotedStringLength(ReadOnlySpan<byte> text)
    {
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'"':
                    return i + 1;
                case (byte)'\\' when i + 1 < text.Length && text[i + 1] is >= 32 and <= 126:
                    i++;
                    break;
                case (byte)'\\' or < 32 or > 126:
                    return 0;
            }
        }

        return 0;
    }

    private static bool IsAddressLiteral(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[^1] != (byte)']')
        {
            return false;
        }

        var literal = text[1..^1];
        var isIPv6 = literal.Length > 5 && Ascii.EqualsIgnoreCase(literal[..5], "IPv6:"u8);
        return isIPv6 ? TryReadIPv6(literal[5..], out _) : IsDottedQuad(literal);
    }

    /// <summary>An IPv6 address without zone and brackets.</summary>
    internal static bool TryReadIPv6(ReadOnlySpan<byte> text, out IPAddress? address)
    {
        address = null;
        return text.IndexOfAny((byte)'%', (byte)'[') < 0 && IPAddress.TryParse(text, out address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }

    /// <summary>Four decimal numbers: the short and octal forms that <see cref="IPAddress"/> also reads are no literals.</summary>
    internal static bool IsDottedQuad(ReadOnlySpan<byte> text)
    {
        var numbers = 0;
        foreach (var range in text.Split((byte)'.'))
        {
            var digits = text[range];
            if (digits.Length is 0 or > 3 || digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
                || (digits.Length == 3 && digits.SequenceCompareTo("255"u8) > 0))
            {
                return false;
            }

            numbers++;
        }

        return numbers == 4;
    }
}
