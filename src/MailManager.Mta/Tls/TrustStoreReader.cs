using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.Mta.Tls;

/// <summary>The contents of a trust store as the API has them (<c>TrustStore</c>).</summary>
/// <param name="CAContent">PEM certificates of the authorities.</param>
/// <param name="CrlContent">PEM revocation lists, at most one for each authority; null: none.</param>
/// <param name="IgnoreExpiredCrl">Beyond the API, weaker: an expired list goes on to count as it is.</param>
internal sealed record TrustStoreContent(string CAContent, string? CrlContent, bool IgnoreExpiredCrl = false);

/// <summary>Makes a <see cref="TrustStore"/> of PEM texts and says all that is wrong with them.</summary>
internal static class TrustStoreReader
{
    /// <summary>The store, or null and the errors. What has expired is no error: it stops to count by itself.</summary>
    public static (TrustStore? Store, ImmutableArray<string> Errors) Read(TrustStoreContent content, TimeProvider time)
    {
        var errors = new List<string>();
        var certificates = PemBlocks.Read(content.CAContent, "CERTIFICATE", "CAContent", errors)
            .Select((der, i) => ReadAuthority(der, $"CAContent, certificate {i + 1}", errors))
            .OfType<X509Certificate2>()
            .DistinctBy(certificate => certificate.Thumbprint)
            .ToArray();
        var lists = new Dictionary<X509Certificate2, RevocationList>();
        if (!string.IsNullOrWhiteSpace(content.CrlContent) && errors.Count == 0)
        {
            var number = 0;
            foreach (var der in PemBlocks.Read(content.CrlContent, "X509 CRL", "CrlContent", errors))
            {
                AddList(der, $"CrlContent, list {++number}", certificates, lists, errors);
            }
        }

        return errors.Count > 0
            ? (null, [.. errors])
            : (new TrustStore([.. certificates.Select(certificate => new TrustedAuthority(certificate, lists.GetValueOrDefault(certificate)))], content.IgnoreExpiredCrl, time), []);
    }

    private static X509Certificate2? ReadAuthority(byte[] der, string name, List<string> errors)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(der);
            if (certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault() is not { CertificateAuthority: true })
            {
                errors.Add($"{name}: '{certificate.Subject}' is not a certification authority (basicConstraints does not say CA)");
            }
        }
        catch (CryptographicException fault)
        {
            errors.Add($"{name}: {fault.Message}");
            return null;
        }

        return certificate;
    }

    private static void AddList(
        byte[] der, string name, X509Certificate2[] authorities, Dictionary<X509Certificate2, RevocationList> lists, List<string> errors)
    {
        if (!RevocationList.TryRead(der, out var list, out var error))
        {
            errors.Add($"{name}: {error}");
            return;
        }

        var issuer = list!.Issuer.Name;
        var named = authorities.Where(authority => authority.SubjectName.RawData.AsSpan().SequenceEqual(list.Issuer.RawData)).ToArray();
        if (named.Length == 0)
        {
            errors.Add($"{name}: its issuer '{issuer}' is not among the authorities of CAContent");
            return;
        }

        // Several only when an authority changed its key or renewed its certificate.
        var signers = named.Where(list.Signed.IsSignedBy).ToArray();
        if (signers.Length == 0)
        {
            errors.Add($"{name}: its signature was not made by its issuer '{issuer}', or with an unsupported algorithm");
        }

        foreach (var signer in signers)
        {
            if (!lists.TryAdd(signer, list))
            {
                errors.Add($"{name}: '{issuer}' has a list already; at most one for each authority");
            }
        }
    }
}
