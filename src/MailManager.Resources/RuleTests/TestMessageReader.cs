using System.Collections.Immutable;
using System.Text;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.RuleSets;

namespace MailManager.Resources.RuleTests;

/// <summary>(+) Reads the message of a test: text, a file, or header fields only.</summary>
internal static class TestMessageReader
{
    /// <summary>Octets of a file: 40 MiB, more than what Mail Manager takes.</summary>
    private const int MaximumFile = 40 * 1024 * 1024;

    private const int MaximumFields = 1000;

    internal static readonly TextRule FieldName = new(1, 998, HeaderNameReader.FieldName, "a field name of RFC 5322");
    internal static readonly TextRule FieldValue = new(0, 65_536, @"[^\x00\r\n]*", "one line of text");

    /// <summary>With CRLF line ends, as it comes by SMTP; null when there are errors, which the map's context then holds.</summary>
    public static ReadOnlyMemory<byte>? Read(MapReader test, FileReferences files)
    {
        ImmutableArray<string> given = [.. test.Given.Where(key => key is "Message" or "MessageFile" or "Headers")];
        if (given.Length != 1)
        {
            test.Value.Error(
                $"must have exactly one of Message, MessageFile, Headers; got {(given.IsEmpty ? "none" : string.Join(" and ", given))}");
            return null;
        }

        var value = test.Optional(given[0])!;
        return given[0] switch
        {
            "Message" => value.Text(TextRule.NotEmpty) is { } text ? WithLineEnds(Encoding.UTF8.GetBytes(text)) : null,
            "MessageFile" => files.Read(value) is { } path ? ReadFile(value, path) : null,
            _ => ReadHeaders(value),
        };
    }

    private static ReadOnlyMemory<byte>? ReadFile(DocumentValue value, string path)
    {
        try
        {
            if (new FileInfo(path).Length <= MaximumFile)
            {
                return WithLineEnds(File.ReadAllBytes(path));
            }

            value.Error($"the file {DisplayText.Quote(path)} is larger than {MaximumFile} octets");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            value.Error($"the file {DisplayText.Quote(path)} cannot be read");
        }

        return null;
    }

    private static ReadOnlyMemory<byte>? ReadHeaders(DocumentValue value)
    {
        var before = value.Context.Errors.Count;
        var text = new StringBuilder();
        foreach (var (name, content) in value.Node is ListNode ? ReadFieldList(value) : ReadFieldMap(value))
        {
            text.Append(name).Append(": ").Append(content).Append("\r\n");
        }

        return value.Context.Errors.Count > before ? null : Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>A list of <c>{ Name, Value }</c>, for fields in a certain order.</summary>
    private static IEnumerable<(string Name, string Value)> ReadFieldList(DocumentValue value)
    {
        foreach (var item in value.List(1, MaximumFields) ?? [])
        {
            if (item.Map(["Name", "Value"]) is { } map
                && map.Text("Name", FieldName) is { } name && map.Text("Value", FieldValue) is { } content)
            {
                yield return (name, content);
            }
        }
    }

    /// <summary>A map of names to a text, or to a list of texts, for fields that occur several times.</summary>
    private static IEnumerable<(string Name, string Value)> ReadFieldMap(DocumentValue value)
    {
        ImmutableArray<string> names = value.Node is MapNode node ? [.. node.Entries.Select(entry => entry.Key)] : [];
        if (value.Map(names) is not { } map)
        {
            yield break;
        }

        foreach (var name in names)
        {
            var field = map.Optional(name)!;
            if (FieldName.ProblemWith(name) is { } problem)
            {
                field.Error(problem);
                continue;
            }

            ImmutableArray<DocumentValue> texts = field.Node is ListNode ? field.List(1, MaximumFields) ?? [] : [field];
            foreach (var text in texts)
            {
                if (text.Text(FieldValue) is { } content)
                {
                    yield return (name, content);
                }
            }
        }
    }

    /// <summary>Line feeds that no carriage return precedes get one, and the last line its end.</summary>
    private static ReadOnlyMemory<byte> WithLineEnds(ReadOnlySpan<byte> text)
    {
        var result = new MemoryStream(text.Length + (text.Length / 32) + 2);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            result.Write(line.EndsWith("\r"u8) ? line[..^1] : line);
            result.Write("\r\n"u8);
            text = end < 0 ? default : text[(end + 1)..];
        }

        return result.ToArray();
    }
}
