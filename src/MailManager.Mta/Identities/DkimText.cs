using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MailManager.Delivery.Signing;

namespace MailManager.Mta.Identities;

/// <summary>A key of the configuration, and why its record does not fit; null: it fits.</summary>
internal sealed record DkimCheck(SigningKey Key, string? Problem);

/// <summary>What <c>mailmanager identity dkim</c> prints, for people and for programs.</summary>
internal static class DkimText
{
    public static string Made(string domain, SigningKey key, string path) => $$"""
        The key is in {{path}}. Publish this record, which may be kept as one string of text by a web form:

        {{DkimRecord.Name(key.Selector, domain)}}. IN TXT {{DkimRecord.Quoted(DkimRecord.Text(key))}}

        When it can be seen in DNS, write in the configuration, and make the file readable for the account that mailmanager runs as:

        Identities:
          - EmailIdentity: {{domain}}
            DkimSigningAttributes:
              - DomainSigningSelector: {{key.Selector}}
                DomainSigningPrivateKeyFile: '{{path.Replace("'", "''", StringComparison.Ordinal)}}'

        """;

    public static string MadeJson(string domain, SigningKey key, string path) => Json(json =>
    {
        WriteKey(json, domain, key);
        json.WriteString("file", path);
        json.WriteString("recordText", DkimRecord.Text(key));
        json.WriteString("recordStrings", DkimRecord.Quoted(DkimRecord.Text(key)));
    });

    public static string Checked(string domain, IEnumerable<DkimCheck> checks)
    {
        var text = new StringBuilder();
        foreach (var (key, problem) in checks)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{DkimRecord.Name(key.Selector, domain)} ({key.Algorithm}): {problem ?? "the record fits the key"}");
        }

        return text.ToString();
    }

    public static string CheckedJson(string domain, IEnumerable<DkimCheck> checks) => Json(json =>
    {
        json.WriteStartArray("keys");
        foreach (var (key, problem) in checks)
        {
            json.WriteStartObject();
            WriteKey(json, domain, key);
            json.WriteBoolean("fits", problem is null);
            json.WriteString("problem", problem);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteKey(Utf8JsonWriter json, string domain, SigningKey key)
    {
        json.WriteString("domain", domain);
        json.WriteString("selector", key.Selector);
        json.WriteString("algorithm", key.Algorithm);
        json.WriteNumber("bits", key.Bits);
        json.WriteString("recordName", DkimRecord.Name(key.Selector, domain));
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray()) + Environment.NewLine;
    }
}
