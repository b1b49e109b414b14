using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Tests;

/// <summary>Writes a YAML document as the JSON that means the same.</summary>
internal static class JsonText
{
    private static readonly ImmutableHashSet<string> NumberKeys =
    [
        "MaxMessageSizeBytes", "ServerPort", "RetryTimeMinutes", "Sessions", "Recipients", "Transactions", "Errors", "UnknownCommands",
        "CommandLine", "HeaderBlock", "HeaderField", "HeaderFields", "Hops", "MinDataRate", "AfterErrors",
    ];

    public static string FromYaml(string yaml)
    {
        var root = DocumentReader.Read(Encoding.UTF8.GetBytes(yaml), "x.yaml", DocumentFormat.Yaml, new DocumentErrors());
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            Write(writer, root!, isNumber: false);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, DocumentNode node, bool isNumber)
    {
        switch (node)
        {
            case MapNode map:
                writer.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value, NumberKeys.Contains(entry.Key) || (entry.Key == "Value" && char.IsDigit(TextOf(entry.Value)[0])));
                }

                writer.WriteEndObject();
                break;
            case ListNode list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item, isNumber: false);
                }

                writer.WriteEndArray();
                break;
            default:
                if (isNumber)
                {
                    writer.WriteRawValue(TextOf(node));
                }
                else
                {
                    writer.WriteStringValue(TextOf(node));
                }

                break;
        }
    }

    private static string TextOf(DocumentNode node) => ((ScalarNode)node).Text;
}
