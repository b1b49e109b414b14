using System.Collections.Immutable;
using System.Net;

namespace MailManager.Resources.IngressPoints;

/// <summary>One address that an ingress point listens on, and how it is spoken to there. Beyond the API.</summary>
public sealed record ListenerSettings
{
    /// <summary>Port 0 lets the system choose.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>Default <see cref="ListenerTls.StartTls"/>, the only one that Mail Manager has.</summary>
    public ListenerTls Tls { get; init; } = ListenerTls.StartTls;

    /// <summary>Default <see cref="ListenerProtocol.Smtp"/>. LMTP is never on port 25 (RFC 2033 §5).</summary>
    public ListenerProtocol Protocol { get; init; } = ListenerProtocol.Smtp;

    /// <summary>
    /// Peers that begin each connection with a PROXY header; what it says counts as the client's address. Others do not send one.
    /// At most 1,000. Default: none.
    /// </summary>
    public ImmutableArray<IPNetwork> ProxyFrom { get; init; } = [];

    /// <summary>Peers to which XCLIENT is offered. At most 1,000. Default: none.</summary>
    public ImmutableArray<IPNetwork> XClientFrom { get; init; } = [];
}

/// <summary>How TLS begins on a listener.</summary>
public enum ListenerTls
{
    /// <summary>In clear text, until the client says STARTTLS (RFC 3207).</summary>
    StartTls,

    /// <summary>From the first octet (RFC 8314 §3.3).</summary>
    Implicit,
}

/// <summary>What a listener speaks.</summary>
public enum ListenerProtocol
{
    /// <summary>RFC 5321.</summary>
    Smtp,

    /// <summary>RFC 2033.</summary>
    Lmtp,
}
