using System.Text;
using System.Text.Json;
using MailManager.Delivery.Probe;

namespace MailManager.Mta.Guides;

/// <summary>What came of trying a relay, for programs.</summary>
internal static class RelayReportJson
{
    public static string Write(string relay, RelayTestReport report)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("relay", relay);
            json.WriteBoolean("works", report.Failure is null);
            json.WriteString("failure", report.Failure?.ToString());
            json.WriteString("advice", report.Advice);
            json.WriteString("tls", report.Tls);
            if (report.Certificate is { } certificate)
            {
                Write(json, certificate);
            }

            json.WriteStartArray("dialogue");
            foreach (var entry in report.Entries)
            {
                json.WriteStartObject();
                json.WriteString("source", entry.Source switch { TranscriptSource.Client => "client", TranscriptSource.Server => "server", _ => "event" });
                json.WriteString("text", entry.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray()) + Environment.NewLine;
    }

    private static void Write(Utf8JsonWriter json, SeenCertificate certificate)
    {
        json.WriteStartObject("certificate");
        json.WriteString("subject", certificate.Subject);
        json.WriteStartArray("names");
        foreach (var name in certificate.Names)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        json.WriteString("issuer", certificate.Issuer);
        json.WriteString("notBefore", certificate.NotBefore);
        json.WriteString("notAfter", certificate.NotAfter);
        json.WriteStartArray("problems");
        foreach (var problem in certificate.Problems)
        {
            json.WriteStringValue(problem.ToString());
        }

        json.WriteEndArray();
        json.WriteBoolean("accepted", certificate.IsAccepted);
        json.WriteEndObject();
    }
}
