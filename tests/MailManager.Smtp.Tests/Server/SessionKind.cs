using System.Net;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Server;
using MailManager.TestKit.Peers;

namespace MailManager.Smtp.Tests.Server;

/// <summary>A listener as the model knows it, with limits that random dialogues reach.</summary>
internal sealed record SessionKind(bool IsLmtp, bool HasTls, bool HasAuth, bool RequiresTls, bool RequiresAuth)
{
    public const int MaxRecipients = 3;
    public const int MaxRecipientCommands = 9;
    public const int MaxTransactions = 5;
    public const int MaxErrors = 12;
    public const int MaxUnknownCommands = 8;
    public const int MaxMessageSize = 120;
    public const int MaxCommandLine = 512;

    /// <summary>How long a client may be silent. One beat of the server's clock, so that a pause moves it by one or two.</summary>
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the service may take for an answer. Slow ones, of which the other limits leave no more than 40, stay below the minute in which
    /// <see cref="MaxRecipientCommands"/> counts.
    /// </summary>
    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(1.2);

    /// <summary>How long the server waits for its last reply to be taken.</summary>
    public static readonly TimeSpan LastReplyTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What too long and not too long differ by.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(0.1);

    private static readonly TestTls Certificate = new(TestCertificates.CreateSelfSigned("mx.example"));

    public static SessionKind Plain { get; } = new(false, false, false, false, false);

    public static SessionKind Lmtp { get; } = new(true, false, false, false, false);

    public static SessionKind Tls { get; } = new(false, true, true, false, false);

    public static SessionKind Submission { get; } = new(false, true, true, true, true);

    public static SessionGovernorOptions Governor { get; } =
        new() { ConnectionsPerMinute = 0, RecipientsPerMinute = MaxRecipientCommands, SessionsPerNetwork = int.MaxValue, Memory = 1 };

    public SmtpServerOptions Options(ISaslAuthenticator authenticator) => new()
    {
        Hostname = "mx.example",
        IsLmtp = IsLmtp,
        Tls = HasTls ? Certificate : null,
        Authenticator = HasAuth ? authenticator : null,
        RequireTls = RequiresTls,
        RequireAuthentication = RequiresAuth,
        XClientFrom = [IPNetwork.Parse("10.0.0.0/8")],
        Limits = new SessionLimits
        {
            Recipients = MaxRecipients,
            Transactions = MaxTransactions,
            Errors = MaxErrors,
            UnknownCommands = MaxUnknownCommands,
            CommandLine = MaxCommandLine,
            IdleTimeout = IdleTimeout,
            HandshakeTimeout = IdleTimeout,
            DataTimeout = AnswerTimeout,
        },
    };
}
