using System.Text;
using System.Text.Json;

namespace MailManager.Mta.Simulation.Corpus;

/// <summary>A difference for programs.</summary>
internal static class DifferenceJson
{
    public static string Write(Difference difference)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("messages", difference.Messages);
            json.WriteNumber("recipients", difference.Recipients);
            json.WriteNumber("changed", difference.Changed);
            json.WriteStartArray("changes");
            foreach (var change in difference.Changes)
            {
                Write(json, change);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.ToArray()) + Environment.NewLine;
    }

    private static void Write(Utf8JsonWriter json, DispositionChange change)
    {
        json.WriteStartObject();
        json.WriteString("old", change.Old);
        json.WriteString("new", change.New);
        json.WriteNumber("count", change.Cases.Length);
        json.WriteStartArray("cases");
        foreach (var (message, recipient) in change.Cases)
        {
            json.WriteStartObject();
            json.WriteString("message", message);
            json.WriteString("recipient", recipient);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
