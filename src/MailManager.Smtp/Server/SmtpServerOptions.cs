using System.Net;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Tls;

namespace MailManager.Smtp.Server;

/// <summary>Settings of one listener. Fixed once it is bound.</summary>
public sealed record SmtpServerOptions
{
    /// <summary>Name in the greeting and in the reply to EHLO (RFC 5321 §4.3.1).</summary>
    public required string Hostname { get; init; }

    /// <summary>The ingress point: sessions are counted and limited together by it.</summary>
    public string Group { get; init; } = string.Empty;

    /// <summary>Sessions that the whole group may have open; further connections hear 421 4.7.0. Default: no limit of its own.</summary>
    public int MaxGroupSessions { get; init; } = int.MaxValue;

    /// <summary>Speaks LMTP instead of SMTP: LHLO, and a reply for each recipient (RFC 2033).</summary>
    public bool IsLmtp { get; init; }

    /// <summary>Certificate and rules of TLS; null: none is offered.</summary>
    public ITlsServerSettings? Tls { get; init; }

    /// <summary>TLS from the first octet instead of STARTTLS (RFC 8314 §3).</summary>
    public bool IsTlsImplicit { get; init; }

    /// <summary>Refuse mail in clear text with 530 5.7.0 (RFC 3207 §4).</summary>
    public bool RequireTls { get; init; }

    /// <summary>Who may use AUTH, and only under TLS; null: it is not offered.</summary>
    public ISaslAuthenticator? Authenticator { get; init; }

    /// <summary>Refuse mail before AUTH with 530 5.7.0 (RFC 4954 §6).</summary>
    public bool RequireAuthentication { get; init; }

    /// <summary>
    /// Load balancers, whose connections have to start with a PROXY header, and are cut when they do not. For others there is no such header.
    /// </summary>
    public IReadOnlyList<IPNetwork> ProxyFrom { get; init; } = [];

    /// <summary>Front ends that may use XCLIENT; it does not exist for others.</summary>
    public IReadOnlyList<IPNetwork> XClientFrom { get; init; } = [];

    public SessionLimits Limits { get; init; } = SessionLimits.Default;

    /// <summary>Pause before the greeting. Who speaks in it is no mail server, and hears 554 5.5.1. Default: none.</summary>
    public TimeSpan GreetingDelay { get; init; }

    /// <summary>Pause before the reply to a refused command, once <see cref="TarpitAfterErrors"/> were refused. Default: none.</summary>
    public TimeSpan TarpitDelay { get; init; }

    /// <summary>Refused commands of a session that are answered without pause.</summary>
    public int TarpitAfterErrors { get; init; } = 3;
}
