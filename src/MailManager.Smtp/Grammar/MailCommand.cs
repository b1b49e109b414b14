using System.Buffers.Text;
using System.Text;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Grammar;

/// <summary>The argument of MAIL (RFC 5321 §4.1.1.2) with SIZE (RFC 1870) and BODY (RFC 6152).</summary>
public readonly ref struct MailCommand
{
    /// <summary>Sender address, as sent; empty for the null reverse-path.</summary>
    public ReadOnlySpan<byte> ReversePath { get; private init; }

    /// <summary>Declared size in octets; 0: none declared.</summary>
    public long Size { get; private init; }

    public BodyType Body { get; private init; }

    /// <summary>Reads the argument; when false, <paramref name="refusal"/> is the reply that is due. Never throws.</summary>
    public static bool TryParse(ReadOnlySpan<byte> argument, out MailCommand command, out SmtpReply refusal)
    {
        command = default;
        if (argument.Length < 5 || !Ascii.EqualsIgnoreCase(argument[..5], "FROM:"u8))
        {
            refusal = StandardReplies.MailSyntax;
            return false;
        }

        if (!PathParser.TryParse(argument[5..].TrimStart((byte)' '), allowPostmaster: false, out var path, out var rest))
        {
            refusal = StandardReplies.BadSenderAddress;
            return false;
        }

        var size = 0L;
        var body = BodyType.SevenBit;
        var parameters = new ParameterReader(rest);
        while (parameters.Read())
        {
            if (Ascii.EqualsIgnoreCase(parameters.Keyword, "SIZE"u8))
            {
                // RFC 1870 §6: up to 20 digits; one that no long holds is larger than any limit.
                if (parameters.Value.Length is 0 or > 20 || parameters.Value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
                {
                    refusal = StandardReplies.BadParameter;
                    return false;
                }

                size = Utf8Parser.TryParse(parameters.Value, out long parsed, out var used) && used == parameters.Value.Length ? parsed : long.MaxValue;
            }
            else if (Ascii.EqualsIgnoreCase(parameters.Keyword, "BODY"u8))
            {
                if (Ascii.EqualsIgnoreCase(parameters.Value, "8BITMIME"u8))
                {
                    body = BodyType.EightBitMime;
                }
                else if (!Ascii.EqualsIgnoreCase(parameters.Value, "7BIT"u8))
                {
                    refusal = StandardReplies.BadParameter;
                    return false;
                }
            }
            else
            {
                refusal = StandardReplies.UnknownParameter;
                return false;
            }
        }

        refusal = parameters.IsValid ? default : StandardReplies.BadParameter;
        command = new MailCommand { ReversePath = path, Size = size, Body = body };
        return parameters.IsValid;
    }
}
