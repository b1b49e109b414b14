using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace MailManager.Resources.Documents;

/// <summary>Builds nodes from the tokens of <see cref="Utf8JsonReader"/>, counting lines along the way.</summary>
internal sealed class JsonDocumentReader(ReadOnlyMemory<byte> content, string fileName, DocumentErrors errors)
{
    private int _line = 1;
    private int _column = 1;
    private int _counted;

    public DocumentNode Read()
    {
        // Deeper than we allow, so that the refusal is ours and the same for YAML and JSON.
        var reader = new Utf8JsonReader(content.Span, new JsonReaderOptions { MaxDepth = DocumentReader.MaximumDepth + 2 });
        try
        {
            if (content.Span.Trim(" \t\r\n"u8).IsEmpty)
            {
                return new ScalarNode(new SourceLocation(fileName, 1, 1), ScalarKind.Null, "");
            }

            reader.Read();
            var root = ReadNode(ref reader, DocumentPath.Root, 1);
            reader.Read();
            return root;
        }
        catch (JsonException exception)
        {
            // The message would repeat the text that was met, which may be a secret; the place says enough.
            var line = (int)(exception.LineNumber ?? 0) + 1;
            throw new DocumentSyntaxException(new(fileName, line, (int)(exception.BytePositionInLine ?? 0) + 1), "is not valid JSON");
        }
    }

    private DocumentNode ReadNode(ref Utf8JsonReader reader, DocumentPath path, int depth)
    {
        var location = LocationOf(reader.TokenStartIndex);
        if (depth > DocumentReader.MaximumDepth)
        {
            throw new DocumentSyntaxException(location, $"is nested deeper than {DocumentReader.MaximumDepth} levels");
        }

        return reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadMap(ref reader, location, path, depth),
            JsonTokenType.StartArray => ReadList(ref reader, location, path, depth),
            JsonTokenType.String => new ScalarNode(location, ScalarKind.Text, TextOf(ref reader, location)),
            JsonTokenType.Number => new ScalarNode(location, ScalarKind.Number, Encoding.UTF8.GetString(reader.ValueSpan)),
            JsonTokenType.True => new ScalarNode(location, ScalarKind.Boolean, "true"),
            JsonTokenType.False => new ScalarNode(location, ScalarKind.Boolean, "false"),
            _ => new ScalarNode(location, ScalarKind.Null, "null"),
        };
    }

    private MapNode ReadMap(ref Utf8JsonReader reader, SourceLocation location, DocumentPath path, int depth)
    {
        var map = new MapBuilder(location, path, errors);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var keyLocation = LocationOf(reader.TokenStartIndex);
            var key = TextOf(ref reader, keyLocation);
            reader.Read();
            map.Add(key, keyLocation, ReadNode(ref reader, path.Key(key), depth + 1));
        }

        return map.Build();
    }

    private ListNode ReadList(ref Utf8JsonReader reader, SourceLocation location, DocumentPath path, int depth)
    {
        var items = ImmutableArray.CreateBuilder<DocumentNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadNode(ref reader, path.Index(items.Count), depth + 1));
        }

        return new ListNode(location, items.DrainToImmutable());
    }

    private static string TextOf(ref Utf8JsonReader reader, SourceLocation location)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new DocumentSyntaxException(location, "is not valid JSON: half of a surrogate pair (\\uD800 to \\uDFFF)");
        }
    }

    /// <summary>Tokens come in order, so every octet is looked at once.</summary>
    private SourceLocation LocationOf(long offset)
    {
        foreach (var octet in content.Span[_counted..(int)offset])
        {
            if (octet == (byte)'\n')
            {
                _line++;
                _column = 1;
            }
            else if ((octet & 0xC0) != 0x80)
            {
                _column++;
            }
        }

        _counted = (int)offset;
        return new SourceLocation(fileName, _line, _column);
    }
}
