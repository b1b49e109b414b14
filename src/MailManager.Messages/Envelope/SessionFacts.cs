using System.Net;
using System.Security.Authentication;

namespace MailManager.Messages.Envelope;

/// <summary>What is known of the SMTP session in which a message came: for policies, rules and the trace header. Immutable.</summary>
public sealed record SessionFacts
{
    /// <summary>The client; IPv4 addresses never in IPv6-mapped form.</summary>
    public required IPEndPoint Client { get; init; }

    /// <summary>Argument of the last EHLO or HELO; empty before it. Untrusted text.</summary>
    public required string Helo { get; init; }

    /// <summary>The session greeted with EHLO.</summary>
    public bool IsExtended { get; init; }

    /// <summary>The negotiated TLS version; <see cref="SslProtocols.None"/>: clear text.</summary>
    public SslProtocols TlsProtocol { get; init; }

    /// <summary>Name of the cipher suite, such as <c>TLS_AES_256_GCM_SHA384</c>; null in clear text.</summary>
    public string? TlsCipherSuite { get; init; }

    /// <summary>TLS from the first byte, not by STARTTLS.</summary>
    public bool IsTlsWrapped { get; init; }

    /// <summary>What rules can ask of the certificate that the client proved; null: none.</summary>
    public ClientCertificate? ClientCertificate { get; init; }

    /// <summary>Name of the credential that AUTH proved; null: none.</summary>
    public string? AuthenticatedAs { get; init; }

    /// <summary>
    /// The name that the client's address has in the DNS, if that name leads back to the address; null when it was not asked for, or there is none.
    /// </summary>
    public string? ReverseName { get; init; }

    /// <summary>The session speaks LMTP (RFC 2033).</summary>
    public bool IsLmtp { get; init; }

    public bool IsTls => TlsProtocol != SslProtocols.None;

    /// <summary>The client has shown who it is, by AUTH or by a certificate that the ingress point asks for and trusts.</summary>
    public bool IsAuthenticated => AuthenticatedAs is not null || ClientCertificate is not null;
}
