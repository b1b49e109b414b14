using System.Text;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Tests.Documents;

public class DocumentReaderTests
{
    [Fact]
    public void Yaml_nodes_know_their_place()
    {
        var map = Assert.IsType<MapNode>(Read("# comment\nA: 1\nB:\n  - x\n  - { C: 'y' }\n", DocumentFormat.Yaml));

        AssertPlace(2, 1, map.Entries[0].KeyLocation);
        AssertPlace(2, 4, map.Entries[0].Value.Location);
        var list = Assert.IsType<ListNode>(map.Entries[1].Value);
        AssertPlace(4, 5, list.Items[0].Location);
        var inner = Assert.IsType<MapNode>(list.Items[1]);
        AssertPlace(5, 5, inner.Location);
        AssertPlace(5, 7, inner.Entries[0].KeyLocation);
    }

    [Fact]
    public void Json_nodes_know_their_place()
    {
        var map = Assert.IsType<MapNode>(Read("{\n\t\"ü\": 1, \"B\": [\n true,\n {\"C\": \"y\"}]}", DocumentFormat.Json));

        AssertPlace(1, 1, map.Location);
        AssertPlace(2, 2, map.Entries[0].KeyLocation);
        AssertPlace(2, 7, map.Entries[0].Value.Location);
        AssertPlace(2, 10, map.Entries[1].KeyLocation);
        var list = Assert.IsType<ListNode>(map.Entries[1].Value);
        AssertPlace(3, 2, list.Items[0].Location);
        AssertPlace(4, 2, list.Items[1].Location);
    }

    [Theory]
    [InlineData("a", ScalarKind.Plain, "a")]
    [InlineData("no", ScalarKind.Plain, "no")]
    [InlineData("5.10", ScalarKind.Plain, "5.10")]
    [InlineData("'5'", ScalarKind.Text, "5")]
    [InlineData("\"null\"", ScalarKind.Text, "null")]
    [InlineData("null", ScalarKind.Null, "null")]
    [InlineData("~", ScalarKind.Null, "~")]
    [InlineData("", ScalarKind.Null, "")]
    [InlineData("|\n   x\n   y\n", ScalarKind.Text, "x\ny\n")]
    public void Yaml_scalars_keep_their_text(string yaml, ScalarKind kind, string text) => AssertScalar($"A: {yaml}", DocumentFormat.Yaml, kind, text);

    [Theory]
    [InlineData("\"a\\u00fc\\/\"", ScalarKind.Text, "aü/")]
    [InlineData("1.50e2", ScalarKind.Number, "1.50e2")]
    [InlineData("true", ScalarKind.Boolean, "true")]
    [InlineData("false", ScalarKind.Boolean, "false")]
    [InlineData("null", ScalarKind.Null, "null")]
    public void Json_scalars_keep_their_text(string json, ScalarKind kind, string text) =>
        AssertScalar($"{{\"A\": {json}}}", DocumentFormat.Json, kind, text);

    [Theory]
    [InlineData("A: &x 1\nB: 2", "1:4: anchors (&name) are not allowed; quote a text that starts with '&'")]
    [InlineData("A: 1\nB: *x", "2:4: aliases (*name) are not allowed; quote a text that starts with '*'")]
    [InlineData("A: !!str 1", "1:4: tags (!name) are not allowed; quote a text that starts with '!'")]
    [InlineData("A: !secret", "1:4: tags (!name) are not allowed; quote a text that starts with '!'")]
    [InlineData("&k A: 1", "1:1: anchors (&name) are not allowed; quote a text that starts with '&'")]
    [InlineData("A: 1\n---\nB: 2", "2:1: holds several documents; only one is allowed")]
    [InlineData("[a, b]: 1", "1:1: a key must be text, not a map or a list")]
    [InlineData("", "1:1: is empty")]
    [InlineData("# only a comment\n", "1:1: is empty")]
    public void Yaml_that_is_refused(string yaml, string expected) => AssertError($"x.yaml:{expected}", yaml, DocumentFormat.Yaml);

    [Theory]
    [InlineData("A: [1, 2\nB: 3", 1)]
    [InlineData("A: 'open\n", 1)]
    [InlineData("A: b: c", 1)]
    [InlineData("A: 1\n\tB: 2", 1)]
    [InlineData("A: @x", 1)]
    [InlineData("A: 1\n B: 2", 2)]
    public void Malformed_yaml_is_reported_with_its_line(string yaml, int line)
    {
        var (root, errors) = TryRead(Encoding.UTF8.GetBytes(yaml), DocumentFormat.Yaml);

        Assert.Null(root);
        Assert.StartsWith($"x.yaml:{line}:", Assert.Single(errors), StringComparison.Ordinal);
        Assert.Contains("is not valid YAML", errors[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"A\": 1,}", "1:9: is not valid JSON")]
    [InlineData("{\n\"A\": tru3secret}", "2:9: is not valid JSON")]
    [InlineData("{\"A\": 1} {}", "1:10: is not valid JSON")]
    [InlineData("{A: 1}", "1:2: is not valid JSON")]
    [InlineData("// x\n{}", "1:1: is not valid JSON")]
    [InlineData("{\"A\": \"\\ud800\"}", "1:7: is not valid JSON: half of a surrogate pair (\\uD800 to \\uDFFF)")]
    [InlineData("{\"A\": [", "1:8: is not valid JSON")]
    [InlineData(" \n", "1:1: is empty")]
    [InlineData("null", "1:1: is empty")]
    public void Json_that_is_refused(string json, string expected) => AssertError($"x.yaml:{expected}", json, DocumentFormat.Json);

    [Theory]
    [InlineData("A: 1\nB:\n  C: 1\n  C: 2\nA: 3\n", DocumentFormat.Yaml)]
    [InlineData("{\"A\": 1,\n \"B\": {\n  \"C\": 1,\n  \"C\": 2},\n\"A\": 3}", DocumentFormat.Json)]
    public void Duplicate_keys_are_all_reported(string text, DocumentFormat format)
    {
        var (_, errors) = TryRead(Encoding.UTF8.GetBytes(text), format);

        Assert.Equal(
            ["x.yaml:4: B: the key 'C' is given twice, first on line 3", "x.yaml:5:1: the key 'A' is given twice, first on line 1"], errors);
    }

    [Theory]
    [InlineData(DocumentFormat.Yaml)]
    [InlineData(DocumentFormat.Json)]
    public void Thirty_two_levels_are_the_deepest(DocumentFormat format)
    {
        Assert.NotNull(TryRead(Encoding.UTF8.GetBytes(Nested(31)), format).Root);
        Assert.Equal(["x.yaml:1:33: is nested deeper than 32 levels"], TryRead(Encoding.UTF8.GetBytes(Nested(32)), format).Errors);
        Assert.Single(TryRead(Encoding.UTF8.GetBytes(Nested(1_000_000)), format).Errors);

        static string Nested(int depth) => new string('[', depth) + "1" + new string(']', depth);
    }

    [Fact]
    public void Deep_block_nesting_is_refused()
    {
        var yaml = string.Concat(Enumerable.Range(0, 2000).Select(depth => new string(' ', depth) + "a:\n"));

        Assert.Equal(["x.yaml:33:33: is nested deeper than 32 levels"], TryRead(Encoding.UTF8.GetBytes(yaml), DocumentFormat.Yaml).Errors);
    }

    [Fact]
    public void A_billion_laughs_are_refused_at_the_first_anchor()
    {
        const string Bomb = "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n";

        AssertError("x.yaml:1:4: anchors (&name) are not allowed; quote a text that starts with '&'", Bomb, DocumentFormat.Yaml);
    }

    [Fact]
    public void Size_is_bounded()
    {
        var (root, errors) = TryRead(new byte[DocumentReader.MaximumSize + 1], DocumentFormat.Yaml);

        Assert.Null(root);
        Assert.Equal(["x.yaml:1:1: is larger than 16777216 octets"], errors);
    }

    [Fact]
    public void Octets_that_are_not_utf8_are_reported_with_their_place()
    {
        byte[] text = [.. "A: ü\nB: "u8, 0xC3, .. "\n"u8];

        Assert.Equal(["x.yaml:2:4: is not valid UTF-8"], TryRead(text, DocumentFormat.Yaml).Errors);
    }

    [Theory]
    [InlineData("\uFEFFA: 1", DocumentFormat.Yaml)]
    [InlineData("\uFEFF{\"A\": 1}", DocumentFormat.Json)]
    public void A_byte_order_mark_is_skipped(string text, DocumentFormat format) =>
        Assert.Equal("A", Assert.IsType<MapNode>(Read(text, format)).Entries[0].Key);

    [Theory]
    [InlineData("a.json", DocumentFormat.Json)]
    [InlineData("a.JSON", DocumentFormat.Json)]
    [InlineData("a.yaml", DocumentFormat.Yaml)]
    [InlineData("a.yml", DocumentFormat.Yaml)]
    [InlineData("json", DocumentFormat.Yaml)]
    public void The_name_says_the_format(string name, DocumentFormat format) => Assert.Equal(format, DocumentReader.FormatOf(name));

    [Fact]
    public void Display_text_is_one_bounded_line()
    {
        Assert.Equal("'a\\u{a}\\u{1b}[31m\\u{202e}'", DisplayText.Quote("a\n\u001b[31m\u202e"));
        Assert.Equal("'" + new string('a', 100) + "...'", DisplayText.Quote(new string('a', 1000)));
    }

    private static void AssertScalar(string document, DocumentFormat format, ScalarKind kind, string text)
    {
        var scalar = Assert.IsType<ScalarNode>(Assert.IsType<MapNode>(Read(document, format)).Entries[0].Value);
        Assert.Equal(kind, scalar.Kind);
        Assert.Equal(text, scalar.Text);
    }

    private static void AssertError(string expected, string text, DocumentFormat format)
    {
        var (root, errors) = TryRead(Encoding.UTF8.GetBytes(text), format);
        Assert.Null(root);
        Assert.Equal([expected], errors);
    }

    private static void AssertPlace(int line, int column, SourceLocation location) =>
        Assert.Equal(new SourceLocation("x.yaml", line, column), location);

    private static DocumentNode Read(string text, DocumentFormat format)
    {
        var (root, errors) = TryRead(Encoding.UTF8.GetBytes(text), format);
        Assert.Empty(errors);
        return root!;
    }

    private static (DocumentNode? Root, string[] Errors) TryRead(byte[] text, DocumentFormat format)
    {
        var errors = new DocumentErrors();
        var root = DocumentReader.Read(text, "x.yaml", format, errors);
        return (root, [.. errors.InFileOrder().Select(error => error.ToString())]);
    }
}
