using System.Globalization;
using System.Text.Json;

namespace MailManager.Delivery.Tests.TlsReports;

/// <summary>What RFC 8460 §4.4 demands of a report.</summary>
internal static class ReportSchema
{
    private static readonly string[] Types = ["tlsa", "sts", "no-policy-found"];

    // §4.3.
    private static readonly string[] Results =
    [
        "starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted", "validation-failure",
        "tlsa-invalid", "dnssec-invalid", "dane-required", "sts-policy-fetch-error", "sts-policy-invalid", "sts-webpki-invalid",
    ];

    public static JsonElement Check(byte[] json)
    {
        var root = JsonDocument.Parse(json).RootElement;
        Keys(root, ["organization-name", "date-range", "contact-info", "report-id", "policies"], []);
        Keys(root.GetProperty("date-range"), ["start-datetime", "end-datetime"], []);
        foreach (var date in root.GetProperty("date-range").EnumerateObject())
        {
            Assert.True(DateTimeOffset.TryParseExact(date.Value.GetString(), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _));
        }

        foreach (var entry in root.GetProperty("policies").EnumerateArray())
        {
            Keys(entry, ["policy", "summary"], ["failure-details"]);
            var policy = entry.GetProperty("policy");
            Keys(policy, ["policy-type", "policy-domain"], ["policy-string", "mx-host"]);
            Assert.Contains(policy.GetProperty("policy-type").GetString(), Types);
            var summary = entry.GetProperty("summary");
            Keys(summary, ["total-successful-session-count", "total-failure-session-count"], []);
            var failures = 0L;
            foreach (var detail in entry.TryGetProperty("failure-details", out var details) ? details.EnumerateArray().ToArray() : [])
            {
                Keys(
                    detail,
                    ["result-type", "failed-session-count"],
                    ["sending-mta-ip", "receiving-mx-hostname", "receiving-mx-helo", "receiving-ip", "additional-information", "failure-reason-code"]);
                Assert.Contains(detail.GetProperty("result-type").GetString(), Results);
                failures += detail.GetProperty("failed-session-count").GetInt64();
            }

            Assert.True(failures <= summary.GetProperty("total-failure-session-count").GetInt64());
        }

        return root;
    }

    private static void Keys(JsonElement element, string[] required, string[] optional)
    {
        var keys = element.EnumerateObject().Select(property => property.Name).ToArray();
        Assert.Equal(keys.Distinct(), keys);
        Assert.Empty(required.Except(keys));
        Assert.Empty(keys.Except(required).Except(optional));
    }
}
