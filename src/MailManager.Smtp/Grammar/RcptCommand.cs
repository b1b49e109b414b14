using System.Text;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Grammar;

/// <summary>The argument of RCPT (RFC 5321 §4.1.1.3). No parameter is known yet.</summary>
public readonly ref struct RcptCommand
{
    /// <summary>Recipient address, as sent; <c>postmaster</c> may come without a domain.</summary>
    public ReadOnlySpan<byte> ForwardPath { get; private init; }

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

        var parameters = new ParameterReader(rest);
        if (parameters.Read())
        {
            refusal = StandardReplies.UnknownParameter;
            return false;
        }

        refusal = parameters.IsValid ? default : StandardReplies.BadParameter;
        command = new RcptCommand { ForwardPath = path };
        return parameters.IsValid;
    }
}
