using System.Net;
using System.Security.Authentication;

namespace MailManager.Queue.History;

/// <summary>The session in which a message came. Immutable.</summary>
public sealed record SessionHistory
{
    /// <summary>Its name in the log.</summary>
    public required string Id { get; init; }

    public required IPEndPoint Client { get; init; }

    /// <summary>Argument of EHLO, HELO or LHLO; as the client gave it.</summary>
    public required string Helo { get; init; }

    /// <summary>It greeted with EHLO or LHLO.</summary>
    public bool IsExtended { get; init; }

    /// <summary>The session spoke LMTP (RFC 2033).</summary>
    public bool IsLmtp { get; init; }

    /// <summary>The TLS version; <see cref="SslProtocols.None"/>: clear text.</summary>
    public SslProtocols TlsProtocol { get; init; }

    /// <summary>Name of the cipher suite; null in clear text.</summary>
    public string? TlsCipherSuite { get; init; }

    /// <summary>TLS from the first octet, not by STARTTLS.</summary>
    public bool IsTlsWrapped { get; init; }

    /// <summary>Name of the credential that AUTH proved; null: none.</summary>
    public string? AuthenticatedAs { get; init; }

    /// <summary>First common name of the certificate that the client proved, empty where it has none; null: no certificate.</summary>
    public string? CertificateName { get; init; }
}
