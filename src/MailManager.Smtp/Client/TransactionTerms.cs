using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Client;

/// <summary>What of a message's wishes a server can be asked for, by what it offers, or why the message cannot go to it.</summary>
/// <param name="Body">To declare; 7BIT: nothing.</param>
/// <param name="Options">Parameters of MAIL; null: none.</param>
/// <param name="IsChunked">By BDAT, else by DATA.</param>
/// <param name="WithDsn">The server takes the parameters of RFC 3461, and with them the duty to notify.</param>
internal readonly record struct TransactionTerms(BodyType Body, MailOptions? Options, bool IsChunked, bool WithDsn)
{
    /// <summary>By the index of the recipient: UTF-8 addresses, where the server cannot take them; they are left out. Null: none.</summary>
    public SmtpFailure?[]? LeftOut { get; init; }

    private static readonly EnhancedStatus NeedsUtf8 = new(5, 6, 7);

    public bool IsUtf8 => Options is { IsUtf8: true };

    /// <summary>Null: <paramref name="terms"/> say how the message goes.</summary>
    public static SmtpFailure? Agree(SmtpClientConnection connection, in OutgoingMessage message, out TransactionTerms terms)
    {
        var server = connection.Capabilities;
        var options = message.Options is null ? null : Offered(connection, message.Options);
        terms = new TransactionTerms(DeclaredBody(server, message.Body), options, IsChunked: message.Body == BodyType.BinaryMime && server.BinaryMime, server.Dsn);
        return CheckAddresses(message, ref terms)
            ?? CheckTls(connection, message)
            ?? CheckContent(server, message, terms);
    }

    private static MailOptions? Offered(SmtpClientConnection connection, MailOptions options)
    {
        var server = connection.Capabilities;
        var isUtf8 = options.IsUtf8 && server.SmtpUtf8;
        var requireTls = options.RequireTls && server.RequireTls && connection.TlsProtocol != System.Security.Authentication.SslProtocols.None;
        if (!isUtf8 && !requireTls && !server.Dsn)
        {
            return null;
        }

        return new MailOptions
        {
            IsUtf8 = isUtf8,
            RequireTls = requireTls,
            Return = server.Dsn ? options.Return : DsnReturn.Unspecified,
            EnvelopeId = server.Dsn ? options.EnvelopeId : string.Empty,
        };
    }

    private static BodyType DeclaredBody(ServerCapabilities server, BodyType body) => body switch
    {
        BodyType.SevenBit => BodyType.SevenBit,
        BodyType.BinaryMime when server.BinaryMime => BodyType.BinaryMime,
        _ => server.EightBitMime ? BodyType.EightBitMime : BodyType.SevenBit,
    };

    private static SmtpFailure? CheckAddresses(in OutgoingMessage message, ref TransactionTerms terms)
    {
        var isUtf8 = terms.IsUtf8;
        // What SMTPUTF8 would carry fails for the want of it (RFC 6531 §3.5); the rest could never be sent.
        var wantsUtf8 = message.Options is { IsUtf8: true };
        if (!CommandWriter.IsSafePath(message.ReversePath, isUtf8))
        {
            return wantsUtf8 && CommandWriter.IsSafePath(message.ReversePath, wantsUtf8)
                ? NoUtf8(SmtpPhase.Mail)
                : SmtpFailure.Local(SmtpPhase.Mail, "the reverse-path cannot be sent in a command", new EnhancedStatus(5, 1, 7));
        }

        SmtpFailure?[]? leftOut = null;
        var recipients = message.Recipients.Span;
        for (var i = 0; i < recipients.Length; i++)
        {
            if (CommandWriter.IsSafePath(recipients[i], isUtf8))
            {
                continue;
            }

            if (!wantsUtf8 || !CommandWriter.IsSafePath(recipients[i], wantsUtf8))
            {
                return SmtpFailure.Local(SmtpPhase.Recipient, "a recipient's address cannot be sent in a command", new EnhancedStatus(5, 1, 3));
            }

            leftOut ??= new SmtpFailure?[recipients.Length];
            leftOut[i] = NoUtf8(SmtpPhase.Recipient);
        }

        if (leftOut is not null)
        {
            terms = terms with { LeftOut = leftOut };
            if (Array.TrueForAll(leftOut, failure => failure is not null))
            {
                return leftOut[0];
            }
        }

        return message.HasUtf8Header && !isUtf8 ? NoUtf8(SmtpPhase.Mail) : null;
    }

    /// <summary>RFC 8689 §4.2.1. A message from the null reverse-path goes on without it rather than be lost (§5).</summary>
    private static SmtpFailure? CheckTls(SmtpClientConnection connection, in OutgoingMessage message) =>
        message is { Options.RequireTls: true, ReversePath.Length: > 0 } && !(connection.IsVerified && connection.Capabilities.RequireTls)
            ? SmtpFailure.Local(SmtpPhase.Mail, "REQUIRETLS support required", SessionOpening.RequireTlsNeeded)
            : null;

    private static SmtpFailure? CheckContent(ServerCapabilities server, in OutgoingMessage message, in TransactionTerms terms)
    {
        if (server.MaxSize > 0 && message.Size > server.MaxSize)
        {
            return SmtpFailure.Local(SmtpPhase.Mail, $"the server takes no more than {server.MaxSize} octets", new EnhancedStatus(5, 3, 4));
        }

        if (message.Body != BodyType.BinaryMime || terms.IsChunked)
        {
            return null;
        }

        return MessageDataWriter.Check(message) switch
        {
            DataWriteResult.Done => null,
            DataWriteResult.Unreadable => SmtpFailure.Local(SmtpPhase.Content, "message cannot be read from the spool"),
            _ => SmtpFailure.Local(SmtpPhase.Mail, "the server does not offer BINARYMIME, which the message needs", new EnhancedStatus(5, 6, 1)),
        };
    }

    private static SmtpFailure NoUtf8(SmtpPhase phase) =>
        SmtpFailure.Local(phase, "the server does not offer SMTPUTF8, which the message needs", NeedsUtf8);
}
