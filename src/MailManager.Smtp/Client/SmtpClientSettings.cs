using System.Security.Cryptography.X509Certificates;

namespace MailManager.Smtp.Client;

/// <summary>How a client session presents and secures itself. Immutable.</summary>
public sealed record SmtpClientSettings
{
    /// <summary>Our name in EHLO.</summary>
    public required string Hostname { get; init; }

    /// <summary>
    /// A server that answers EHLO by our own name is this server: a loop. Not to be asked of ports other than 25, behind which another MTA of the same
    /// machine, and of its name, may well be (Postfix draws the line there too).
    /// </summary>
    public bool TakesOwnNameForLoop { get; init; }

    /// <summary>The server's name: sent in TLS (SNI) and, where certificates are checked, what they must be valid for.</summary>
    public required string ServerName { get; init; }

    public SmtpClientTls Tls { get; init; }

    /// <summary>
    /// For a message with REQUIRETLS: only a server that offers it counts as open (RFC 8689 §4.2.1). Goes with <see cref="SmtpClientTls.Required"/>
    /// or <see cref="SmtpClientTls.Implicit"/>.
    /// </summary>
    public bool NeedsRequireTls { get; init; }

    /// <summary>Null: no AUTH. Never sent in clear text.</summary>
    public SmtpCredentials? Credentials { get; init; }

    /// <summary>Roots to trust instead of the system's; null: the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>In place of the usual check of certificates, where they are checked; null: the usual one.</summary>
    public ICertificateCheck? CertificateCheck { get; init; }

    public SmtpClientTimeouts Timeouts { get; init; } = new();
}

/// <summary>When TLS is used, and whether certificates are checked.</summary>
public enum SmtpClientTls
{
    /// <summary>Never.</summary>
    None,

    /// <summary>STARTTLS when offered, any certificate.</summary>
    Opportunistic,

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
