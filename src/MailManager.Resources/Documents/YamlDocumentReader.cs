using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MailManager.Resources.Documents;

/// <summary>
/// Builds nodes from the events of YamlDotNet's parser. Its serializer is not used: it knows no lines, and it resolves aliases, tags
/// and types, which a configuration file must not have.
/// </summary>
internal sealed class YamlDocumentReader(string fileName, DocumentErrors errors)
{
    private Parser _parser = null!;
    private Mark _position = Mark.Empty;

    public DocumentNode Read(string text)
    {
        using var reader = new StringReader(text);
        _parser = new Parser(reader);
        return ReadDocument();
    }

    private DocumentNode ReadDocument()
    {
        Next();
        if (Next() is not DocumentStart)
        {
            return new ScalarNode(new SourceLocation(fileName, 1, 1), ScalarKind.Null, "");
        }

        var root = ReadNode(Next(), DocumentPath.Root, 1);
        Next();
        if (Next() is not StreamEnd)
        {
            throw new DocumentSyntaxException(At(_parser.Current!.Start), "holds several documents; only one is allowed");
        }

        return root;
    }

    private DocumentNode ReadNode(ParsingEvent current, DocumentPath path, int depth)
    {
        var location = At(current.Start);
        RefuseSharing(current, location);
        if (depth > DocumentReader.MaximumDepth)
        {
            throw new DocumentSyntaxException(location, $"is nested deeper than {DocumentReader.MaximumDepth} levels");
        }

        return current switch
        {
            MappingStart => ReadMap(location, path, depth),
            SequenceStart => ReadList(location, path, depth),
            Scalar scalar => new ScalarNode(location, KindOf(scalar), scalar.Value),
            _ => throw new DocumentSyntaxException(location, "is not valid YAML: a value was expected"),
        };
    }

    private MapNode ReadMap(SourceLocation location, DocumentPath path, int depth)
    {
        var map = new MapBuilder(location, path, errors);
        for (var current = Next(); current is not MappingEnd; current = Next())
        {
            var keyLocation = At(current.Start);
            RefuseSharing(current, keyLocation);
            if (current is not Scalar key)
            {
                throw new DocumentSyntaxException(keyLocation, "a key must be text, not a map or a list");
            }

            map.Add(key.Value, keyLocation, ReadNode(Next(), path.Key(key.Value), depth + 1));
        }

        return map.Build();
    }

    private ListNode ReadList(SourceLocation location, DocumentPath path, int depth)
    {
        var items = ImmutableArray.CreateBuilder<DocumentNode>();
        for (var current = Next(); current is not SequenceEnd; current = Next())
        {
            items.Add(ReadNode(current, path.Index(items.Count), depth + 1));
        }

        return new ListNode(location, items.DrainToImmutable());
    }

    /// <summary>The names of aliases, anchors and tags are not repeated: they may be the start of a password that was not quoted.</summary>
    private static void RefuseSharing(ParsingEvent current, SourceLocation location)
    {
        switch (current)
        {
            case AnchorAlias:
                throw new DocumentSyntaxException(location, "aliases (*name) are not allowed; quote a text that starts with '*'");
            case NodeEvent { Anchor.IsEmpty: false }:
                throw new DocumentSyntaxException(location, "anchors (&name) are not allowed; quote a text that starts with '&'");
            case NodeEvent { Tag.IsEmpty: false }:
                throw new DocumentSyntaxException(location, "tags (!name) are not allowed; quote a text that starts with '!'");
        }
    }

    private static ScalarKind KindOf(Scalar scalar) => (scalar.Style, scalar.Value) switch
    {
        (ScalarStyle.Plain, "" or "~" or "null" or "Null" or "NULL") => ScalarKind.Null,
        (ScalarStyle.Plain, _) => ScalarKind.Plain,
        _ => ScalarKind.Text,
    };

    private ParsingEvent Next()
    {
        try
        {
            if (_parser.MoveNext())
            {
                _position = _parser.Current!.End;
                return _parser.Current;
            }
        }
        catch (YamlException exception)
        {
            // The parser's own words say what it was looking for; the text it met, which may be a secret, is not among them.
            var end = exception.End.Line > exception.Start.Line ? $" (line {exception.End.Line})" : "";
            throw new DocumentSyntaxException(At(exception.Start), $"is not valid YAML: {exception.Message}{end}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // The parser answers some malformed texts, a bracket that is never closed among them, by failing itself.
            throw new DocumentSyntaxException(At(_position), "is not valid YAML after this; is a bracket or a quote left open?");
        }

        throw new DocumentSyntaxException(At(_position), "is not valid YAML: it ends too early");
    }

    private SourceLocation At(Mark mark) => new(fileName, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));
}
