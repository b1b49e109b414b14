using System.Globalization;
using System.Text;
using MailManager.Delivery.Probe;

namespace MailManager.Mta.Guides;

/// <summary>What came of trying a relay, for people: the dialogue, TLS, the certificate, then the verdict.</summary>
internal static class RelayReportText
{
    public static string Write(string relay, RelayTestReport report)
    {
        var text = new StringBuilder();
        foreach (var entry in report.Entries)
        {
            text.Append(entry.Source switch { TranscriptSource.Client => "C: ", TranscriptSource.Server => "S: ", _ => "-- " }).Append(entry.Text).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"\nTLS: {report.Tls ?? "none, clear text"}\n");
        if (report.Certificate is { } certificate)
        {
            text.Append(CultureInfo.InvariantCulture, $"Certificate: {certificate.Subject}\n");
            text.Append(CultureInfo.InvariantCulture, $"  for {(certificate.Names.IsEmpty ? "no name" : string.Join(", ", certificate.Names))}\n  by {certificate.Issuer}\n");
            text.Append(CultureInfo.InvariantCulture, $"  from {certificate.NotBefore.UtcDateTime:yyyy-MM-dd} to {certificate.NotAfter.UtcDateTime:yyyy-MM-dd}\n");
            text.Append(CultureInfo.InvariantCulture, $"  {(certificate.IsAccepted ? "accepted" : "refused")}");
            text.Append(certificate.Problems.IsEmpty ? "\n" : $"{(certificate.IsAccepted ? " in spite of" : " for")}: {string.Join(", ", certificate.Problems.Select(Words))}\n");
        }

        text.Append(report.Failure is { } failure ? $"\nRelay {relay} does not work: {failure}\n{report.Advice}\n" : $"\nRelay {relay} works.\n");
        return text.ToString();
    }

    private static string Words(CertificateProblem problem) => problem switch
    {
        CertificateProblem.Missing => "missing",
        CertificateProblem.Expired => "expired",
        CertificateProblem.NotYetValid => "not yet valid",
        CertificateProblem.WrongName => "another name",
        CertificateProblem.SelfSigned => "self-signed",
        _ => "issuer not trusted",
    };
}
