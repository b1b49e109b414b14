using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Dns;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Dane;

/// <summary>
/// Compares a server's certificate with TLSA records (RFC 7672 §3). One that matches is enough. DANE-EE asks for the certificate or key and nothing
/// else, neither name nor dates; DANE-TA for a valid chain below the named authority and one of the names.
/// </summary>
/// <param name="demand">With records.</param>
internal sealed class DaneCheck(DaneDemand demand) : ICertificateCheck
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>An authority above the anchor is nobody's business here, and revocation is left to the owner of the records.</summary>
    private const X509ChainStatusFlags Accepted = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    /// <inheritdoc/>
    public string? Refuse(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return "DANE: the server sent no certificate";
        }

        if (demand.Rows.Any(row => row.Usage == DaneRecords.EndEntity && Matches(row, certificate)))
        {
            return null;
        }

        ImmutableArray<TlsaRow> anchors = [.. demand.Rows.Where(row => row.Usage == DaneRecords.TrustAnchor)];
        return anchors.IsEmpty
            ? $"DANE: the certificate matches no TLSA record of {demand.BaseDomain}"
            : RefuseBelow(anchors, certificate, chain);
    }

    private static bool Matches(TlsaRow row, X509Certificate2 certificate)
    {
        var octets = row.Selector == DaneRecords.PublicKey ? certificate.PublicKey.ExportSubjectPublicKeyInfo() : certificate.RawData;
        return row.Data.AsSpan().SequenceEqual(row.MatchingType switch
        {
            DaneRecords.Sha256 => SHA256.HashData(octets),
            DaneRecords.Sha512 => SHA512.HashData(octets),
            _ => octets,
        });
    }

    private string? RefuseBelow(ImmutableArray<TlsaRow> anchors, X509Certificate2 certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.RevocationMode = X509RevocationMode.NoCheck;
        policy.DisableCertificateDownloads = true;
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        policy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;
        policy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
        using var whole = new Disposables();
        foreach (var row in anchors)
        {
            if (WholeCertificate(row) is { } anchor)
            {
                // RFC 7672 §3.1.2: an anchor that is in the record as a whole need not be sent.
                whole.Add(anchor);
                policy.ExtraStore.Add(anchor);
            }
        }

        chain.Build(certificate);
        for (var i = 0; i < chain.ChainElements.Count; i++)
        {
            var element = chain.ChainElements[i];
            if (Array.Find(element.ChainElementStatus, status => (status.Status & ~Accepted) != 0) is { Status: not X509ChainStatusFlags.NoError } fault)
            {
                return $"DANE: the chain of the certificate is not valid: {fault.Status}";
            }

            if (i > 0 && anchors.Any(row => Matches(row, element.Certificate)))
            {
                return demand.Names.Any(name => certificate.MatchesHostname(name))
                    ? null
                    : $"DANE: the certificate is not for {string.Join(" or ", demand.Names)}";
            }
        }

        return $"DANE: no authority of the chain matches a TLSA record of {demand.BaseDomain}";
    }

    private static X509Certificate2? WholeCertificate(TlsaRow row)
    {
        if (row is not { Selector: DaneRecords.WholeCertificate, MatchingType: DaneRecords.Exact })
        {
            return null;
        }

        try
        {
            return X509CertificateLoader.LoadCertificate(row.Data.AsSpan());
        }
        catch (CryptographicException)
        {
            // Octets that are no certificate match none.
            return null;
        }
    }

    private sealed class Disposables : List<X509Certificate2>, IDisposable
    {
        public void Dispose() => ForEach(certificate => certificate.Dispose());
    }
}
