using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace MailManager.Delivery.TlsReports;

/// <summary>The report of one day to one domain (RFC 8460 §4.4). Immutable.</summary>
/// <param name="Options">Who reports.</param>
/// <param name="Submitter">Our own name.</param>
/// <param name="Date">The day, in UTC.</param>
/// <param name="Domain">Who is told.</param>
/// <param name="Tallies">What happened.</param>
internal sealed record TlsReport(TlsReportOptions Options, string Submitter, DateOnly Date, string Domain, IReadOnlyList<TlsTally> Tallies)
{
    /// <summary>The same whenever the report is made, so that whoever gets it twice can tell.</summary>
    public string Id => $"{Date:yyyy-MM-dd}.{Domain}@{Submitter}";

    /// <summary>RFC 8460 §5.1: submitter, domain, begin and end in seconds since 1970.</summary>
    public string FileName => string.Create(
        CultureInfo.InvariantCulture,
        $"{Submitter}!{Domain}!{new DateTimeOffset(Start).ToUnixTimeSeconds()}!{new DateTimeOffset(Start).ToUnixTimeSeconds() + (24 * 60 * 60) - 1}.json.gz");

    private DateTime Start => Date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);

    /// <summary>As it is sent: JSON, compressed (RFC 1952).</summary>
    public byte[] Compress()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(ToJson());
        }

        return compressed.ToArray();
    }

    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("organization-name", Options.OrganizationName);
            json.WriteStartObject("date-range");
            json.WriteString("start-datetime", $"{Date:yyyy-MM-dd}T00:00:00Z");
            json.WriteString("end-datetime", $"{Date:yyyy-MM-dd}T23:59:59Z");
            json.WriteEndObject();
            json.WriteString("contact-info", Options.ContactInfo);
            json.WriteString("report-id", Id);
            json.WriteStartArray("policies");
            foreach (var tally in Tallies)
            {
                Write(json, tally);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, TlsTally tally)
    {
        json.WriteStartObject();
        json.WriteStartObject("policy");
        json.WriteString("policy-type", tally.Type switch
        {
            TlsPolicyType.Tlsa => "tlsa",
            TlsPolicyType.Sts => "sts",
            _ => "no-policy-found",
        });
        WriteList(json, "policy-string", tally.Strings);
        json.WriteString("policy-domain", tally.PolicyDomain);
        WriteList(json, "mx-host", tally.Hosts);
        json.WriteEndObject();
        json.WriteStartObject("summary");
        json.WriteNumber("total-successful-session-count", tally.Successes);
        json.WriteNumber("total-failure-session-count", tally.Failures);
        json.WriteEndObject();
        if (tally.Details.Count > 0)
        {
            json.WriteStartArray("failure-details");
            tally.Details.ForEach(detail => Write(json, detail));
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TlsFailureCount detail)
    {
        json.WriteStartObject();
        json.WriteString("result-type", TlsResults.Word(detail.Result));
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)
            [
                ("sending-mta-ip", detail.SendingAddress), ("receiving-mx-hostname", detail.Host), ("receiving-ip", detail.ReceivingAddress),
                ("failure-reason-code", detail.Reason),
            ])
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }

        json.WriteNumber("failed-session-count", detail.Count);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, string[] values)
    {
        if (values.Length == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        Array.ForEach(values, json.WriteStringValue);
        json.WriteEndArray();
    }
}
