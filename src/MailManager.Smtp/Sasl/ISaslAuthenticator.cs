using System.Net;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Sasl;

/// <summary>Who may use AUTH on a listener, and how (RFC 4954). One for all sessions of an ingress point; thread-safe.</summary>
public interface ISaslAuthenticator
{
    /// <summary>Names of the mechanisms, best first, as the reply to EHLO lists them.</summary>
    /// <param name="hasChannelBinding">The session has a channel binding, so that the -PLUS mechanisms can be used.</param>
    IReadOnlyList<string> Mechanisms(bool hasChannelBinding);

    /// <summary>Starts an exchange; null when there is no such mechanism here.</summary>
    /// <param name="mechanism">As the client wrote it; case does not matter.</param>
    /// <param name="peer">Of the session.</param>
    ISaslExchange? Begin(ReadOnlySpan<byte> mechanism, SaslPeer peer);
}

/// <summary>The session in which AUTH is used.</summary>
/// <param name="Client">Whose failures are counted.</param>
/// <param name="ChannelBinding"><c>tls-exporter</c> or <c>tls-server-end-point</c> data by the name of its type; null: none.</param>
/// <param name="SessionId">For logs.</param>
public sealed record SaslPeer(IPAddress Client, SaslChannelBinding? ChannelBinding, string SessionId);

/// <summary>What binds an exchange to its TLS connection (RFC 5929, RFC 9266).</summary>
/// <param name="Type">Name of the type, such as <c>tls-server-end-point</c>.</param>
/// <param name="Data">Octets that both ends know.</param>
public sealed record SaslChannelBinding(string Type, ReadOnlyMemory<byte> Data);

/// <summary>One run of a mechanism. Used by one session.</summary>
public interface ISaslExchange
{
    /// <summary>
    /// Takes what the client said and says what is next. Waits for as long as a failure has to take; never throws for what a client sent.
    /// </summary>
    /// <param name="response">
    /// Decoded from base64; null on the first call when the client gave no initial response. The octets must stay as they are until the call has completed.
    /// </param>
    /// <param name="cancellationToken">The connection is gone; the call then ends with <see cref="OperationCanceledException"/>.</param>
    ValueTask<SaslStep> NextAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken);
}

/// <summary>What an exchange came to.</summary>
public readonly record struct SaslStep
{
    private SaslStep(ReadOnlyMemory<byte>? challenge, string? identity, SmtpReply failure)
    {
        Challenge = challenge;
        Identity = identity;
        Failure = failure;
    }

    /// <summary>The exchange goes on with this, to be sent in base64 after 334; null: it has ended.</summary>
    public ReadOnlyMemory<byte>? Challenge { get; }

    /// <summary>Name of the credential that was proved; null: none was.</summary>
    public string? Identity { get; }

    /// <summary>The reply when there is neither a challenge nor an identity. With 421 the session ends.</summary>
    public SmtpReply Failure { get; }

    public static SaslStep Continue(ReadOnlyMemory<byte> challenge) => new(challenge, null, default);

    public static SaslStep Succeed(string identity) => new(null, identity, default);

    public static SaslStep Fail(in SmtpReply reply) => new(null, null, reply);
}
