using System.Net;
using System.Text;

namespace MailManager.Smtp.Grammar;

/// <summary>
/// The argument of XCLIENT, with which a trusted front end tells of the client it speaks for (Postfix's XCLIENT_README). Null: not given, so what
/// is known stays.
/// </summary>
/// <param name="Address">ADDR.</param>
/// <param name="Port">PORT.</param>
/// <param name="Helo">HELO: a valid domain or address literal.</param>
/// <param name="IsExtended">PROTO: true for ESMTP.</param>
/// <param name="LocalAddress">DESTADDR.</param>
/// <param name="LocalPort">DESTPORT.</param>
public readonly record struct XClientCommand(IPAddress? Address, int? Port, string? Helo, bool? IsExtended, IPAddress? LocalAddress, int? LocalPort)
{
    /// <summary>The attributes understood here, as the reply to EHLO lists them. LOGIN is not: who authenticated is for AUTH to say.</summary>
    public const string Attributes = "NAME ADDR PORT PROTO HELO DESTADDR DESTPORT";

    /// <summary>Longest argument, in octets.</summary>
    private const int MaxLength = 2048;

    /// <summary>Longest value after decoding, in octets.</summary>
    private const int MaxValueLength = 255;

    /// <summary>Reads the argument: at least one attribute, each once, unknown ones refused. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> argument, out XClientCommand command)
    {
        command = default;
        if (argument.Length > MaxLength)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[argument.Length + 1];
        text[0] = (byte)' ';
        argument.CopyTo(text[1..]);
        var parameters = new ParameterReader(text);
        var count = 0;
        Span<byte> value = stackalloc byte[MaxValueLength];
        while (parameters.Read())
        {
            count++;
            if (!Xtext.TryDecode(parameters.Value, value, out var length))
            {
                return false;
            }

            var decoded = value[..length];
            var isUnknown = Ascii.EqualsIgnoreCase(decoded, "[UNAVAILABLE]"u8) || Ascii.EqualsIgnoreCase(decoded, "[TEMPUNAVAIL]"u8);
            if (!command.TryTake(parameters.Keyword, decoded, isUnknown, out command))
            {
                return false;
            }
        }

        return count > 0 && parameters.IsValid;
    }

    private bool TryTake(ReadOnlySpan<byte> keyword, ReadOnlySpan<byte> value, bool isUnknown, out XClientCommand result)
    {
        result = this;
        if (Ascii.EqualsIgnoreCase(keyword, "NAME"u8))
        {
            return true;
        }

        if (Ascii.EqualsIgnoreCase(keyword, "ADDR"u8))
        {
            // Without the address nothing could be decided about the client.
            return Address is null && !isUnknown && TryReadAddress(value, out var address) && Set(this with { Address = address }, out result);
        }

        if (Ascii.EqualsIgnoreCase(keyword, "DESTADDR"u8))
        {
            return isUnknown || (LocalAddress is null && TryReadAddress(value, out var address) && Set(this with { LocalAddress = address }, out result));
        }

        if (Ascii.EqualsIgnoreCase(keyword, "PORT"u8))
        {
            return isUnknown || (Port is null && TryReadPort(value, out var port) && Set(this with { Port = port }, out result));
        }

        if (Ascii.EqualsIgnoreCase(keyword, "DESTPORT"u8))
        {
            return isUnknown || (LocalPort is null && TryReadPort(value, out var port) && Set(this with { LocalPort = port }, out result));
        }

        if (Ascii.EqualsIgnoreCase(keyword, "HELO"u8))
        {
            return isUnknown
                || (Helo is null && MailboxSyntax.IsDomainOrLiteral(value) && Set(this with { Helo = Encoding.ASCII.GetString(value) }, out result));
        }

        var isExtended = Ascii.EqualsIgnoreCase(value, "ESMTP"u8);
        return Ascii.EqualsIgnoreCase(keyword, "PROTO"u8)
            && IsExtended is null
            && (isExtended || Ascii.EqualsIgnoreCase(value, "SMTP"u8))
            && Set(this with { IsExtended = isExtended }, out result);
    }

    private static bool Set(in XClientCommand value, out XClientCommand result)
    {
        result = value;
        return true;
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> value, out IPAddress? address)
    {
        var isIPv6 = value.Length > 5 && Ascii.EqualsIgnoreCase(value[..5], "IPv6:"u8);
        address = null;
        return isIPv6
            ? MailboxSyntax.TryReadIPv6(value[5..], out address)
            : MailboxSyntax.IsDottedQuad(value) && IPAddress.TryParse(value, out address);
    }

    private static bool TryReadPort(ReadOnlySpan<byte> value, out int port)
    {
        port = 0;
        if (value.Length is 0 or > 5 || value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
        {
            return false;
        }

        foreach (var digit in value)
        {
            port = (port * 10) + (digit - '0');
        }

        return port <= ushort.MaxValue;
    }
}
