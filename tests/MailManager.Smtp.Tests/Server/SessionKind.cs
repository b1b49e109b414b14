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
        },
    };
}
