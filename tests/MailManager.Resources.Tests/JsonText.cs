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

    private static readonly ImmutableHashSet<string> BooleanKeys = ["Enabled", "Shadow"];

    public static string FromYaml(string yaml)
    {
        var root = DocumentReader.Read(Encoding.UTF8.GetBytes(yaml), "x.yaml", DocumentFormat.Yaml, new DocumentErrors());
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            Write(writer, root!, isLiteral: false);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, DocumentNode node, bool isLiteral)
    {
        switch (node)
        {
            case MapNode map:
                writer.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value, IsLiteral(entry));
                }

                writer.WriteEndObject();
                break;
            case ListNode list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item, isLiteral: false);
                }

                writer.WriteEndArray();
                break;
            default:
                if (isLiteral)
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

    /// <summary>Only the key says what unquoted text is; <c>Value</c> is a number in some places.</summary>
    private static bool IsLiteral(MapEntry entry) =>
        NumberKeys.Contains(entry.Key) || BooleanKeys.Contains(entry.Key)
        || (entry.Key == "Value" && entry.Value is ScalarNode { Kind: ScalarKind.Plain, Text: var text } && char.IsDigit(text[0]));

    private static string TextOf(DocumentNode node) => ((ScalarNode)node).Text;
}
