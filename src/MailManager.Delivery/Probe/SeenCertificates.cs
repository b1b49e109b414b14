using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Probe;

/// <summary>From a certificate to what is said of it.</summary>
internal static class SeenCertificates
{
    public static SeenCertificate Describe(X509Certificate2? certificate, SslPolicyErrors errors, bool isAccepted) => certificate is null
        ? new SeenCertificate("nobody", [], "nobody", default, default, [CertificateProblem.Missing], isAccepted)
        : new SeenCertificate(
            PeerText.Escape(certificate.Subject), [.. Names(certificate).Select(PeerText.Escape)], PeerText.Escape(certificate.Issuer),
            certificate.NotBefore, certificate.NotAfter, Problems(certificate, errors), isAccepted);

    private static IEnumerable<string> Names(X509Certificate2 certificate) => certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
        .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())));

    private static ImmutableArray<CertificateProblem> Problems(X509Certificate2 certificate, SslPolicyErrors errors)
    {
        var problems = ImmutableArray.CreateBuilder<CertificateProblem>();
        var now = DateTime.Now;
        if (now > certificate.NotAfter)
        {
            problems.Add(CertificateProblem.Expired);
        }
        else if (now < certificate.NotBefore)
        {
            problems.Add(CertificateProblem.NotYetValid);
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            problems.Add(CertificateProblem.WrongName);
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            var isSelfSigned = certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
            if (isSelfSigned)
            {
                problems.Add(CertificateProblem.SelfSigned);
            }
            else if (problems.Count == 0 || problems[^1] == CertificateProblem.WrongName)
            {
                // The end of its time is a fault of the chain too.
                problems.Add(CertificateProblem.UntrustedIssuer);
            }
        }

        return problems.ToImmutable();
    }
}
