using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Server;

/// <summary>What a session is known by. Written by the session, read by its handler in its calls.</summary>
public sealed class SmtpSessionInfo
{
    internal SmtpSessionInfo(string id, IPEndPoint client, IPEndPoint local)
    {
        Id = id;
        Client = client;
        Local = local;
    }

    /// <summary>A session that nobody has, to ask a handler what it would make of one.</summary>
    public static SmtpSessionInfo Imagine(string id, IPEndPoint client, string helo, SslProtocols tls, string? cipherSuite, string? authenticatedAs) =>
        new(id, client, new IPEndPoint(IPAddress.None, 0))
        {
            Helo = helo,
            IsExtended = true,
            TlsProtocol = tls,
            TlsCipherSuite = cipherSuite,
            AuthenticatedAs = authenticatedAs,
        };

    /// <summary>Opaque name of the session, for logs.</summary>
    public string Id { get; }

    /// <summary>The peer's address, or the one that a trusted proxy tells of; an IPv4 one never in IPv6-mapped form.</summary>
    public IPEndPoint Client { get; internal set; }

    /// <summary>The address it connected to.</summary>
    public IPEndPoint Local { get; internal set; }

    /// <summary>Argument of the last EHLO or HELO, a valid domain or address literal; empty before it and after STARTTLS.</summary>
    public string Helo { get; internal set; } = string.Empty;

    /// <summary>Greeted with EHLO rather than HELO.</summary>
    public bool IsExtended { get; internal set; }

    /// <summary>The negotiated version; None in clear text.</summary>
    public SslProtocols TlsProtocol { get; internal set; }

    /// <summary>The negotiated suite, such as <c>TLS_AES_256_GCM_SHA384</c>; null in clear text.</summary>
    public string? TlsCipherSuite { get; internal set; }

    /// <summary>TLS from the first octet rather than by STARTTLS.</summary>
    public bool IsTlsWrapped { get; internal set; }

    /// <summary>The certificate that the client proved, checked by the listener's TLS settings; null: none.</summary>
    public X509Certificate2? ClientCertificate { get; internal set; }

    /// <summary>Name of the credential that AUTH proved; null: none.</summary>
    public string? AuthenticatedAs { get; internal set; }

    /// <summary>What binds AUTH to the TLS connection; null in clear text.</summary>
    internal SaslChannelBinding? ChannelBinding { get; set; }

    /// <summary>The session speaks LMTP (RFC 2033).</summary>
    public bool IsLmtp { get; internal init; }

    /// <summary>Changes with every EHLO, HELO, LHLO, TLS handshake, AUTH and XCLIENT, so that what was derived from the above can be kept.</summary>
    public int Revision { get; internal set; }
}
