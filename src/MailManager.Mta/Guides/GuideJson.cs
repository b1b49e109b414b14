using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MailManager.Mta.Guides;

/// <summary>A guide for programs.</summary>
internal static class GuideJson
{
    public static string Write(GatewayGuide guide, GuideFacts facts)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("provider", guide.Provider);
            json.WriteString("hostname", facts.Hostname);
            json.WriteString("domain", facts.Domain);
            Write(json, "egressAddresses", facts.EgressAddresses);
            Write(json, "before", guide.Before);
            json.WriteStartArray("steps");
            foreach (var step in guide.Steps)
            {
                json.WriteStartObject();
                json.WriteString("title", step.Title);
                Write(json, "lines", step.Lines);
                if (step.Code is { } code)
                {
                    json.WriteString(step.Language, code);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray()) + Environment.NewLine;
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
