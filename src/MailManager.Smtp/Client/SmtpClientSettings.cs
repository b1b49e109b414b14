using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Smtp.Client;

/// <summary>How a client session presents and secures itself. Immutable.</summary>
public sealed record SmtpClientSettings
{
    public SmtpClientProtocol Protocol { get; init; }

    /// <summary>Our name in EHLO or LHLO.</summary>
    public required string Hostname { get; init; }

    /// <summary>
    /// The name of this server: one that answers EHLO by it is this server, a loop. Null: names are not looked at. Not to be given for ports other than 25,
    /// behind which another MTA of the same machine, and of its name, may well be (Postfix draws the line there too).
    /// </summary>
    public string? LoopName { get; init; }

    /// <summary>The server's name: sent in TLS (SNI) and, where certificates are checked, what they must be valid for.</summary>
    public required string ServerName { get; init; }

    /// <summary>In TLS, instead of <see cref="ServerName"/>; null: that.</summary>
    public string? TlsServerName { get; init; }

    public SmtpClientTls Tls { get; init; }

    /// <summary>
    /// For a message with REQUIRETLS: only a server that offers it counts as open (RFC 8689 §4.2.1). Goes with <see cref="SmtpClientTls.Required"/>
    /// or <see cref="SmtpClientTls.Implicit"/>.
    /// </summary>
    public bool NeedsRequireTls { get; init; }

    /// <summary>Lowest version is TLS 1.3 instead of 1.2.</summary>
    public bool NeedsTls13 { get; init; }

    /// <summary>Null: no AUTH.</summary>
    public SmtpCredentials? Credentials { get; init; }

    /// <summary>In place of <see cref="Credentials"/>: AUTH XOAUTH2, never without TLS (RFC 6750 §5.3). Null: no AUTH by token.</summary>
    public IAccessTokens? AccessTokens { get; init; }

    /// <summary>Passwords may go over a connection without TLS, by any mechanism. Default: by none.</summary>
    public bool AllowCleartextAuthentication { get; init; }

    /// <summary>Those that may be used, in this order: the first that the server offers and the credentials fit.</summary>
    public ImmutableArray<AuthMechanism> AuthMechanisms { get; init; } = DefaultAuthMechanisms;

    /// <summary>Roots to trust instead of the system's; null: the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>In place of the usual check of certificates, where they are checked; null: the usual one.</summary>
    public ICertificateCheck? CertificateCheck { get; init; }

    /// <summary>
    /// Hears what the usual check, of chain and name, finds of the server's certificate, whether or not that decides; null: nobody does. The chain may be
    /// null, and must not be kept.
    /// </summary>
    public Action<X509Chain?, SslPolicyErrors>? CertificateSeen { get; init; }

    /// <summary>Shown to a server that asks for one; null: none.</summary>
    public SslStreamCertificateContext? ClientCertificate { get; init; }

    public SmtpClientTimeouts Timeouts { get; init; } = new();

    /// <summary>The session logs in.</summary>
    public bool LogsIn => Credentials is not null || AccessTokens is not null;

    /// <summary>The session must not go on in clear text, whatever <see cref="Tls"/> says, or its login would.</summary>
    public bool HidesLogin => AccessTokens is not null || (Credentials is not null && !AllowCleartextAuthentication);

    /// <summary>Hears the dialogue; null, as for all deliveries: nobody does.</summary>
    public IDialogueObserver? Observer { get; init; }

    /// <summary>All, best first.</summary>
    public static ImmutableArray<AuthMechanism> DefaultAuthMechanisms { get; } =
        [AuthMechanism.ScramSha256, AuthMechanism.Plain, AuthMechanism.Login, AuthMechanism.CramMd5];
}

/// <summary>What is spoken with the server.</summary>
public enum SmtpClientProtocol
{
    /// <summary>RFC 5321.</summary>
    Smtp,

    /// <summary>RFC 2033: LHLO in place of EHLO, and a result for each recipient of a message.</summary>
    Lmtp,
}

/// <summary>When TLS is used, and whether certificates are checked.</summary>
public enum SmtpClientTls
{
    /// <summary>Never.</summary>
    None,

    /// <summary>STARTTLS when offered, any certificate.</summary>
    Opportunistic,

    /// <summary>STARTTLS, any certificate: encrypted whatever happens, to whomever.</summary>
    Encrypted,

    /// <summary>STARTTLS, certificate checked: chain and name.</summary>
    Required,

    /// <summary>TLS from the first octet, certificate checked (RFC 8314 §3).</summary>
    Implicit,
}

/// <summary>User name and password. Never printed.</summary>
public sealed class SmtpCredentials(string userName, string password)
{
    public string UserName { get; } = userName;

    public string Password { get; } = password;
}

/// <summary>Time-outs of RFC 5321 §4.5.3.2, which are minimums. Kept by one deadline a connection, looked at each second.</summary>
public sealed record SmtpClientTimeouts
{
    /// <summary>TCP handshake. Default 30 s, as Postfix.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>§4.5.3.2.1: 5 min.</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>EHLO, STARTTLS, the TLS handshake and each step of AUTH. The RFC names none; 5 min, as MAIL.</summary>
    public TimeSpan Hello { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>§4.5.3.2.2: 5 min.</summary>
    public TimeSpan Mail { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>§4.5.3.2.3: 5 min.</summary>
    public TimeSpan Recipient { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>§4.5.3.2.4: 2 min.</summary>
    public TimeSpan Data { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>§4.5.3.2.5: 3 min for each block.</summary>
    public TimeSpan Block { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>§4.5.3.2.6: 10 min.</summary>
    public TimeSpan EndOfData { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The reply to QUIT, for which nobody needs to wait long. Default 2 s.</summary>
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(2);
}
