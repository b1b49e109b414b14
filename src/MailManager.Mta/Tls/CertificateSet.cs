using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MailManager.Mta.Tls;

/// <summary>The certificates in force, found by the name that a client asks for (SNI, RFC 6066 §3). Immutable.</summary>
internal sealed class CertificateSet
{
    private readonly FrozenDictionary<string, ServerCertificate> _exact;
    private readonly FrozenDictionary<string, ServerCertificate>.AlternateLookup<ReadOnlySpan<char>> _wildcards;

    /// <param name="certificates">The default one first.</param>
    public CertificateSet(ImmutableArray<ServerCertificate> certificates)
    {
        Certificates = certificates;
        var exact = new Dictionary<string, ServerCertificate>(StringComparer.OrdinalIgnoreCase);
        var wildcards = new Dictionary<string, ServerCertificate>(StringComparer.OrdinalIgnoreCase);
        foreach (var certificate in certificates)
        {
            foreach (var name in certificate.DnsNames)
            {
                if (name.StartsWith("*.", StringComparison.Ordinal))
                {
                    Add(wildcards, name[2..], certificate);
                }
                else
                {
                    Add(exact, name, certificate);
                }
            }
        }

        _exact = exact.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        _wildcards = wildcards.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The default one first.</summary>
    public ImmutableArray<ServerCertificate> Certificates { get; }

    public ServerCertificate Default => Certificates[0];

    /// <summary>
    /// The certificate with exactly this name, else one with a wildcard for its first label (RFC 9525 §6.3), else the default. Case does not matter.
    /// </summary>
    /// <param name="serverName">Untrusted; empty: the client named none.</param>
    public ServerCertificate Find(string serverName)
    {
        if (serverName.Length == 0)
        {
            return Default;
        }

        if (_exact.TryGetValue(serverName, out var certificate))
        {
            return certificate;
        }

        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _wildcards.TryGetValue(serverName.AsSpan(dot + 1), out certificate) ? certificate : Default;
    }

    /// <summary>Of several certificates for a name the first, but one with ECDSA before one with RSA.</summary>
    private static void Add(Dictionary<string, ServerCertificate> names, string name, ServerCertificate certificate)
    {
        if (!names.TryGetValue(name, out var other) || (certificate.IsEcdsa && !other.IsEcdsa))
        {
            names[name] = certificate;
        }
    }
}
