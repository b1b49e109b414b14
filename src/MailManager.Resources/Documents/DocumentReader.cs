using System.Text;
using System.Text.Unicode;

namespace MailManager.Resources.Documents;

/// <summary>How a document is written.</summary>
public enum DocumentFormat
{
    Yaml,

    /// <summary>
    /// Strict RFC 8259. JSON has a reader of its own: YAML's grammar takes much that is not JSON (comments, trailing commas, unquoted
    /// text) and refuses some that is (tabs as indentation, keys over 1024 characters).
    /// </summary>
    Json,
}

/// <summary>
/// Reads a document into nodes. What can make a small document expensive or ambiguous is refused: aliases, anchors, tags, duplicate
/// keys, several documents in one, nesting deeper than <see cref="MaximumDepth"/> and more than <see cref="MaximumSize"/> octets.
/// </summary>
public static class DocumentReader
{
    /// <summary>Octets, 16 MiB: far above any sensible configuration, far below what strains memory.</summary>
    public const int MaximumSize = 16 * 1024 * 1024;

    /// <summary>Maps and lists within each other; the resources need 29.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Files whose name ends in <c>.json</c> are JSON, all others YAML.</summary>
    public static DocumentFormat FormatOf(string fileName) =>
        fileName.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? DocumentFormat.Json : DocumentFormat.Yaml;

    /// <summary>The root node; null when the document cannot be read, and then an error says why and where.</summary>
    /// <param name="content">UTF-8, with or without a byte order mark.</param>
    /// <param name="fileName">Named in errors and in every node.</param>
    public static DocumentNode? Read(ReadOnlyMemory<byte> content, string fileName, DocumentFormat format, DocumentErrors errors)
    {
        try
        {
            var text = Check(content, fileName);
            var root = format == DocumentFormat.Json
                ? new JsonDocumentReader(text, fileName, errors).Read()
                : new YamlDocumentReader(fileName, errors).Read(Encoding.UTF8.GetString(text.Span));
            return root is ScalarNode { Kind: ScalarKind.Null } ? throw new DocumentSyntaxException(root.Location, "is empty") : root;
        }
        catch (DocumentSyntaxException exception)
        {
            errors.Add(exception.Location, DocumentPath.Root, exception.Message);
            return null;
        }
    }

    private static ReadOnlyMemory<byte> Check(ReadOnlyMemory<byte> content, string fileName)
    {
        if (content.Length > MaximumSize)
        {
            throw new DocumentSyntaxException(new(fileName, 1, 1), $"is larger than {MaximumSize} octets");
        }

        var text = content.Span.StartsWith("\uFEFF"u8) ? content[3..] : content;
        if (!Utf8.IsValid(text.Span))
        {
            var valid = text.Span[..IndexOfInvalid(text.Span)];
            var line = valid.Count((byte)'\n') + 1;
            var column = Encoding.UTF8.GetCharCount(valid[(valid.LastIndexOf((byte)'\n') + 1)..]) + 1;
            throw new DocumentSyntaxException(new(fileName, line, column), "is not valid UTF-8");
        }

        return text;
    }

    private static int IndexOfInvalid(ReadOnlySpan<byte> text)
    {
        var index = 0;
        while (Rune.DecodeFromUtf8(text[index..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            index += length;
        }

        return index;
    }
}
