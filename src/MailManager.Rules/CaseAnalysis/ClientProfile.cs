using System.Collections.Immutable;
using System.Security.Authentication;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>What sessions at one ingress point are like, as far as its settings say.</summary>
public sealed record ClientProfile
{
    /// <summary>Anyone, in clear text or TLS.</summary>
    public static ClientProfile Open { get; } = new();

    /// <summary>How sessions may be encrypted when mail comes; at least one. The first is used where it does not matter.</summary>
    public ImmutableArray<SessionTls> Tls { get; init; } = [new(SslProtocols.None, false), new(SslProtocols.Tls12, false), new(SslProtocols.Tls13, false)];

    /// <summary>Null: clients do not log in.</summary>
    public string? AuthenticatedAs { get; init; }

    /// <summary>Clients show a certificate.</summary>
    public bool HasCertificate { get; init; }

    /// <summary>Octets of the largest message.</summary>
    public long MaxMessageSize { get; init; } = 40 * 1024 * 1024;

    public bool IsAuthenticated => AuthenticatedAs is not null || HasCertificate;
}

/// <param name="Protocol"><see cref="SslProtocols.None"/>: clear text.</param>
/// <param name="IsWrapped">From the first octet.</param>
public readonly record struct SessionTls(SslProtocols Protocol, bool IsWrapped);
