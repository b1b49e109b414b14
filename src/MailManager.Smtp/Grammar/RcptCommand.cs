using System.Text;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Grammar;

/// <summary>The argument of RCPT (RFC 5321 §4.1.1.3) with NOTIFY and ORCPT (RFC 3461 §4.1, §4.2).</summary>
public readonly ref struct RcptCommand
{
    /// <summary>Longest ORCPT as sent, in octets (RFC 3461 §4.2).</summary>
    public const int MaxOriginalRecipientLength = 500;

    /// <summary>Recipient address, as sent; <c>postmaster</c> may come without a domain. May be UTF-8, whatever MAIL said.</summary>
    public ReadOnlySpan<byte> ForwardPath { get; private init; }

    public DsnNotify Notify { get; private init; }

    /// <summary>ORCPT, as sent: an address type, a semicolon and valid xtext that decodes to printable ASCII; empty: none.</summary>
    public ReadOnlySpan<byte> OriginalRecipient { get; private init; }

    /// <summary>Reads the argument; when false, <paramref name="refusal"/> is the reply that is due. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> argument, out RcptCommand command, out SmtpReply refusal)
    {
        command = default;
        if (argument.Length < 3 || !Ascii.EqualsIgnoreCase(argument[..3], "TO:"u8))
        {
            refusal = StandardReplies.RcptSyntax;
            return false;
        }

        if (!PathParser.TryParse(argument[3..].TrimStart((byte)' '), allowPostmaster: true, out var path, out var rest) || path.IsEmpty)
        {
            refusal = StandardReplies.BadRecipientAddress;
            return false;
        }

        var notify = DsnNotify.Unspecified;
        ReadOnlySpan<byte> original = default;
        var parameters = new ParameterReader(rest);
        while (parameters.Read())
        {
            refusal = StandardReplies.BadParameter;
            if (Ascii.EqualsIgnoreCase(parameters.Keyword, "NOTIFY"u8))
            {
                if (notify != DsnNotify.Unspecified || !TryReadNotify(parameters.Value, out notify))
                {
                    return false;
                }
            }
            else if (Ascii.EqualsIgnoreCase(parameters.Keyword, "ORCPT"u8))
            {
                if (!original.IsEmpty || !IsOriginalRecipient(parameters.Value))
                {
                    return false;
                }

                original = parameters.Value;
            }
            else
            {
                refusal = StandardReplies.UnknownParameter;
                return false;
            }
        }

        refusal = parameters.IsValid ? default : StandardReplies.BadParameter;
        command = new RcptCommand { ForwardPath = path, Notify = notify, OriginalRecipient = original };
        return parameters.IsValid;
    }

    private static bool TryReadNotify(ReadOnlySpan<byte> value, out DsnNotify notify)
    {
        notify = DsnNotify.Unspecified;
        if (Ascii.EqualsIgnoreCase(value, "NEVER"u8))
        {
            notify = DsnNotify.Never;
            return true;
        }

        foreach (var range in value.Split((byte)','))
        {
            var word = value[range];
            var flag = Ascii.EqualsIgnoreCase(word, "SUCCESS"u8) ? DsnNotify.Success
                : Ascii.EqualsIgnoreCase(word, "FAILURE"u8) ? DsnNotify.Failure
                : Ascii.EqualsIgnoreCase(word, "DELAY"u8) ? DsnNotify.Delay
                : DsnNotify.Unspecified;
            if (flag == DsnNotify.Unspecified)
            {
                return false;
            }

            notify |= flag;
        }

        return true;
    }

    private static bool IsOriginalRecipient(ReadOnlySpan<byte> value)
    {
        var semicolon = value.IndexOf((byte)';');
        return value.Length <= MaxOriginalRecipientLength
            && semicolon > 0
            && semicolon < value.Length - 1
            && IsAtom(value[..semicolon])
            && Xtext.IsPrintable(value[(semicolon + 1)..]);
    }

    /// <summary>Letters, digits and hyphens, as all registered address types are.</summary>
    private static bool IsAtom(ReadOnlySpan<byte> text)
    {
        foreach (var octet in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet != (byte)'-')
            {
                return false;
            }
        }

        return true;
    }
}
