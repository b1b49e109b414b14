using System.Collections.Immutable;

namespace MailManager.Messages.Envelope;

/// <summary>The attributes of a client's certificate by which rules decide (API: <c>IngressPointClientCertificateAttribute</c>). Immutable.</summary>
public sealed record ClientCertificate
{
    /// <summary>Common names of the subject; mostly one.</summary>
    public ImmutableArray<string> CommonNames { get; init; } = [];

    /// <summary>Serial number, in hexadecimal without separators, capital letters, as <c>openssl x509 -serial</c> shows it.</summary>
    public required string SerialNumber { get; init; }

    public ImmutableArray<string> Rfc822Names { get; init; } = [];

    public ImmutableArray<string> DnsNames { get; init; } = [];

    /// <summary>As <c>CN=client, O=Example</c>, the most specific part first.</summary>
    public ImmutableArray<string> DirectoryNames { get; init; } = [];

    public ImmutableArray<string> UniformResourceIdentifiers { get; init; } = [];

    /// <summary>In their canonical form (RFC 5952).</summary>
    public ImmutableArray<string> IpAddresses { get; init; } = [];

    /// <summary>Object identifiers in dotted form.</summary>
    public ImmutableArray<string> RegisteredIds { get; init; } = [];
}
