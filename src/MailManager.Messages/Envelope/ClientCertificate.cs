using System.Collections.Immutable;

namespace MailManager.Messages.Envelope;

/// <summary>The attributes of a client's certificate by which rules decide (API: <c>IngressPointClientCertificateAttribute</c>). Immutable.</summary>
public sealed record ClientCertificate
{
    /// <summary>Common name of the subject; empty: none.</summary>
    public required string CommonName { get; init; }

    /// <summary>Serial number, in hexadecimal without separators, capital letters.</summary>
    public required string SerialNumber { get; init; }

    public ImmutableArray<string> Rfc822Names { get; init; } = [];

    public ImmutableArray<string> DnsNames { get; init; } = [];

    public ImmutableArray<string> DirectoryNames { get; init; } = [];

    public ImmutableArray<string> UniformResourceIdentifiers { get; init; } = [];

    public ImmutableArray<string> IpAddresses { get; init; } = [];

    public ImmutableArray<string> RegisteredIds { get; init; } = [];
}
