using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Client;

/// <summary>The start of a session: greeting, EHLO (else HELO) or LHLO, STARTTLS and the same again (RFC 3207); then AUTH.</summary>
internal static class SessionOpening
{
    /// <summary>RFC 8689 §4.2.1.</summary>
    internal static readonly EnhancedStatus RequireTlsNeeded = new(5, 7, 30);

    public static async ValueTask<SmtpFailure?> RunAsync(SmtpClientConnection connection, SmtpClientSettings settings)
    {
        if (settings.Tls == SmtpClientTls.Implicit && await connection.SecureAsync(settings).ConfigureAwait(false) is { } handshake)
        {
            return handshake;
        }

        var greeting = await connection.ReadReplyAsync(settings.Timeouts.Greeting).ConfigureAwait(false);
        if (!greeting.Reply.IsPositive)
        {
            return Failed(SmtpPhase.Greeting, greeting);
        }

        var failure = await GreetAsync(connection, settings).ConfigureAwait(false);
        failure ??= await StartTlsAsync(connection, settings).ConfigureAwait(false);
        if (failure is null && settings.NeedsRequireTls && !connection.Capabilities.RequireTls)
        {
            failure = SmtpFailure.Local(SmtpPhase.Hello, "REQUIRETLS support required", RequireTlsNeeded);
        }

        return failure ?? await SessionLogin.RunAsync(connection, settings).ConfigureAwait(false);
    }

    /// <summary>A message with REQUIRETLS cannot have its TLS (RFC 8689 §4.2.1: 5.7.10).</summary>
    internal static SmtpFailure NoTls(string reason) => SmtpFailure.Local(SmtpPhase.TlsHandshake, reason, new EnhancedStatus(5, 7, 10));

    private static async ValueTask<SmtpFailure?> GreetAsync(SmtpClientConnection connection, SmtpClientSettings settings)
    {
        CommandWriter.WriteCommand(connection.Output, connection.IsLmtp ? "LHLO"u8 : "EHLO"u8, settings.Hostname);
        var hello = await connection.ReadReplyAsync(settings.Timeouts.Hello).ConfigureAwait(false);
        if (hello.Reply.IsPositive)
        {
            connection.Capabilities = ServerCapabilities.Parse(hello.Reply.Text);
            return settings.LoopName is { } own
                && connection.Capabilities.ServerName.AsSpan().TrimEnd('.').Equals(own.AsSpan().TrimEnd('.'), StringComparison.OrdinalIgnoreCase)
                ? SmtpFailure.Local(SmtpPhase.Hello, "the server answers by our own name: mail loops back to this server", new EnhancedStatus(5, 4, 6))
                : null;
        }

        // RFC 5321 §3.2: a server without extensions does not know EHLO. LMTP has none without: it must not know HELO (RFC 2033 §4.1).
        if (connection.IsLmtp || hello.Reply.Code is not (500 or 501 or 502 or 504 or 550))
        {
            return Failed(SmtpPhase.Hello, hello);
        }

        CommandWriter.WriteCommand(connection.Output, "HELO"u8, settings.Hostname);
        hello = await connection.ReadReplyAsync(settings.Timeouts.Hello).ConfigureAwait(false);
        connection.Capabilities = ServerCapabilities.None;
        return hello.Reply.IsPositive ? null : Failed(SmtpPhase.Hello, hello);
    }

    private static async ValueTask<SmtpFailure?> StartTlsAsync(SmtpClientConnection connection, SmtpClientSettings settings)
    {
        if (settings.Tls is SmtpClientTls.None or SmtpClientTls.Implicit)
        {
            return null;
        }

        var isMandatory = settings.Tls is SmtpClientTls.Required or SmtpClientTls.Encrypted || settings.HidesLogin;
        if (!connection.Capabilities.StartTls)
        {
            return settings.NeedsRequireTls ? NoTls("REQUIRETLS: the server does not offer STARTTLS")
                : isMandatory ? SmtpFailure.Local(SmtpPhase.StartTls, "TLS is required but the server does not offer STARTTLS") : null;
        }

        CommandWriter.Write(connection.Output, "STARTTLS\r\n"u8);
        var reply = await connection.ReadReplyAsync(settings.Timeouts.Hello).ConfigureAwait(false);
        if (!reply.Reply.IsPositive)
        {
            if (settings.NeedsRequireTls && reply.Reply.IsPermanent)
            {
                return NoTls("REQUIRETLS: the server refuses STARTTLS");
            }

            return isMandatory || !reply.IsReply || reply.Reply.Code == 421 ? Failed(SmtpPhase.StartTls, reply) : null;
        }

        // Clear text behind the 220 would be taken for what the server says under TLS (CVE-2011-0411, NO STARTTLS).
        if (connection.HasBufferedInput())
        {
            return new SmtpFailure(SmtpParty.Peer, SmtpPhase.StartTls, default, "clear text injected after STARTTLS");
        }

        return await connection.SecureAsync(settings).ConfigureAwait(false) ?? await GreetAsync(connection, settings).ConfigureAwait(false);
    }

    private static SmtpFailure Failed(SmtpPhase phase, in ReplyRead read) =>
        read.IsReply ? SmtpFailure.Refused(phase, read.Reply) : SmtpFailure.Fault(phase, read.Fault);
}
