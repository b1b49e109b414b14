using System.Text;
using System.Text.Json;
using CsCheck;
using MailManager.Resources.AddressLists;

namespace MailManager.Resources.Tests.AddressLists;

public class AddressListImporterTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly Gen<string> Entry = Gen.OneOf(
        Gen.Int[0, 999].Select(number => $"someone.{number}@example.com"),
        Gen.Int[0, 999].Select(number => $"*.d{number}.example.com"),
        Gen.Const("grüße@example.com"));

    /// <summary>A later column, perhaps with what only quotes can hold.</summary>
    private static readonly Gen<string> Column = Gen.Char["ab ,\"\n\ré"].Array[0, 8].Select(letters => new string(letters));

    /// <summary>Octets that a read gives at most; small ones cut every token somewhere.</summary>
    private static readonly Gen<int> Piece = Gen.OneOf(Gen.Int[1, 7], Gen.Const(100_000));

    [Theory]
    [InlineData("a@example.com\nb@example.com", "a@example.com b@example.com")]
    [InlineData("address\r\na@example.com\r\n\r\nb@example.com\r\n", "a@example.com b@example.com")]
    [InlineData("\n\"Address\",Name\n\"a@example.com\",\"Doe, J.\nline \"\"two\"\"\"\n b@example.com ,x\"y\n", "a@example.com b@example.com")]
    [InlineData("\uFEFFaddress\na@example.com", "a@example.com")]
    [InlineData("\uFEFFa@example.com", "a@example.com")]
    [InlineData("", "")]
    [InlineData("address", "")]
    public async Task Csv_is_read(string text, string expected)
    {
        var (entries, importer) = await ImportAsync(text, ImportDataType.Csv);

        Assert.Equal(expected, string.Join(' ', entries));
        Assert.Equal((entries.Count, 0), (importer.Imported, importer.Failed));
    }

    [Theory]
    [InlineData("a@example.com\nnobody\n,b\n\"\"\na@b\n", "2: 'nobody' has no '@'; a domain is written @domain or *@domain, what is below it *.domain|3: '' has 0 characters, must have 3 to 320|4: '' has 0 characters, must have 3 to 320")]
    [InlineData("\"a@example.com\nb@example.com", "1: a quote is not closed")]
    [InlineData("\"a@example.com\"x,y\nb@example.com", "1: after a closing quote there may be a comma or the end of the line")]
    [InlineData("b@example.com\nc@example.com,\"note\nd@example.com\n", "2: a quote is not closed")]
    [InlineData("a@example.com,\"1\n2\n3\"\nbad\nb@example.com", "4: 'bad' has no '@'; a domain is written @domain or *@domain, what is below it *.domain")]
    [InlineData("a@example.com\naddress\n", "2: 'address' has no '@'; a domain is written @domain or *@domain, what is below it *.domain")]
    public async Task Csv_failures_have_lines_and_reasons(string text, string expected)
    {
        var (entries, importer) = await ImportAsync(text, ImportDataType.Csv);

        Assert.Equal(expected, Failures(importer));
        Assert.Equal((entries.Count, importer.Failures.Count), (importer.Imported, importer.Failed));
        Assert.NotEmpty(entries);
    }

    [Fact]
    public async Task Octets_that_are_no_text_are_failures()
    {
        var csv = new AddressListImporter(new MemoryStream([.. "a@example.com\n"u8, 0xff, .. "@example.com\n"u8]), ImportDataType.Csv);
        var json = new AddressListImporter(new MemoryStream([.. "[\"a@example.com\",\n\""u8, 0xff, .. "@example.com\", \"\\ud800@example.com\"]"u8]), ImportDataType.Json);

        Assert.Equal(["a@example.com"], await EntriesAsync(csv));
        Assert.Equal("2: is not UTF-8 text", Failures(csv));
        Assert.Equal(["a@example.com"], await EntriesAsync(json));
        Assert.Equal("2: is not text|2: is not text", Failures(json));
    }

    [Theory]
    [InlineData("""{"items":[{"address":"a@example.com"},{"address":"b@example.com","note":{"address":"x"}}]}""", "a@example.com b@example.com")]
    [InlineData("""{"count":2,"more":{"items":["x"]},"items":[{"note":["address"],"address":" a@example.com "}],"address":"y"}""", "a@example.com")]
    [InlineData("""["a@example.com", {"address":"b@example.com"}]""", "a@example.com b@example.com")]
    [InlineData("\uFEFF[\"gr\\u00fc\\u00dfe@example.com\"]", "grüße@example.com")]
    [InlineData("[]", "")]
    [InlineData("{\"items\":[]}", "")]
    public async Task Json_is_read(string text, string expected)
    {
        var (entries, importer) = await ImportAsync(text, ImportDataType.Json);

        Assert.Equal(expected, string.Join(' ', entries));
        Assert.Equal((entries.Count, 0), (importer.Imported, importer.Failed));
    }

    [Fact]
    public async Task Json_failures_have_lines_and_reasons()
    {
        var (entries, importer) = await ImportAsync(
            "{\"items\":\n[1,\n{\"address\":2},\n{},\n[\"a@example.com\"],\n{\"address\":{\"address\":\"a@example.com\"}},\nnull,\n\"x\", \"a@example.com\"]}",
            ImportDataType.Json);

        const string No = "is neither a text nor a map with the text 'address'";
        Assert.Equal($"2: {No}|3: {No}|4: {No}|5: {No}|6: {No}|7: {No}|8: 'x' has 1 characters, must have 3 to 320", Failures(importer));
        Assert.Equal(["a@example.com"], entries);
    }

    [Theory]
    [InlineData("", "line 1: is not valid JSON")]
    [InlineData("[\"a@example.com\",\n", "line 2: is not valid JSON")]
    [InlineData("[\"a@example.com\"]\n]", "line 2: is not valid JSON")]
    [InlineData("{}", "line 1: must be an array, or a map whose 'items' is an array")]
    [InlineData("{\n\"items\":{\"address\":\"a@example.com\"}}", "line 2: must be an array, or a map whose 'items' is an array")]
    [InlineData("\"a@example.com\"", "line 1: must be an array, or a map whose 'items' is an array")]
    [InlineData("address\na@example.com", "line 1: is not valid JSON")]
    public async Task What_is_no_such_json_ends_the_import(string text, string expected)
    {
        var exception = await Assert.ThrowsAsync<AddressListImportException>(() => ImportAsync(text, ImportDataType.Json));

        Assert.Equal(expected, exception.Message);
    }

    [Fact]
    public async Task A_json_text_that_never_ends_is_not_kept_in_memory()
    {
        var exception = await Assert.ThrowsAsync<AddressListImportException>(
            () => EntriesAsync(new AddressListImporter(new Endless("[\n\""u8.ToArray(), (byte)'a'), ImportDataType.Json)));

        Assert.Equal("line 2: a text is longer than 1048576 octets", exception.Message);
    }

    [Fact]
    public async Task Csv_comes_back_as_it_was_written() =>
        await Gen.Select(Gen.Select(Entry, Column, Gen.Bool).Array[0, 20], Gen.Bool, Gen.Bool, Piece).SampleAsync(
            async (rows, hasHeading, hasCrlf, piece) =>
            {
                var text = new StringBuilder(hasHeading ? "address,note\n" : "");
                foreach (var (entry, column, isQuoted) in rows)
                {
                    text.Append(isQuoted ? Quoted(entry) : entry).Append(',').Append(Quoted(column)).Append(hasCrlf ? "\r\n" : "\n");
                }

                var importer = new AddressListImporter(new Pieces(Encoding.UTF8.GetBytes(text.ToString()), piece), ImportDataType.Csv);

                Assert.Equal(rows.Select(row => row.Item1), await EntriesAsync(importer));
                Assert.Equal(0, importer.Failed);
            },
            iter: 1000);

    [Fact]
    public async Task Json_comes_back_as_it_was_written() =>
        await Gen.Select(Gen.Select(Entry, Column).Array[0, 20], Gen.Bool, Gen.Bool, Piece).SampleAsync(
            async (rows, isPlain, isIndented, piece) =>
            {
                object value = isPlain
                    ? rows.Select(row => row.Item1)
                    : new { note = "items", items = rows.Select(row => new { note = row.Item2, address = row.Item1 }) };
                var text = JsonSerializer.SerializeToUtf8Bytes(value, isIndented ? Indented : null);
                var importer = new AddressListImporter(new Pieces(text, piece), ImportDataType.Json);

                Assert.Equal(rows.Select(row => row.Item1), await EntriesAsync(importer));
                Assert.Equal(0, importer.Failed);
            },
            iter: 1000);

    [Fact]
    public async Task Any_octets_give_entries_failures_or_an_end()
    {
        await Gen.Select(Gen.Char["a@b.,\"\n\r[]{}:\\ "].Array[0, 60], Gen.Enum<ImportDataType>(), Piece).SampleAsync(
            async (letters, type, piece) =>
            {
                var importer = new AddressListImporter(new Pieces(Encoding.UTF8.GetBytes(letters), piece), type);
                try
                {
                    Assert.All(await EntriesAsync(importer), entry => Assert.Null(AddressListEntry.ProblemWith(entry)));
                    Assert.Equal(Math.Min(importer.Failed, 100), importer.Failures.Count);
                }
                catch (AddressListImportException) when (type == ImportDataType.Json)
                {
                    // The usual end of such a text.
                }
            },
            iter: 5000);
    }

    [Theory]
    [InlineData(ImportDataType.Csv)]
    [InlineData(ImportDataType.Json)]
    public async Task A_million_entries_are_the_most(ImportDataType type)
    {
        var importer = new AddressListImporter(File(type, AddressListImporter.MaximumEntries), type);
        Assert.Equal(AddressListImporter.MaximumEntries, await CountAsync(importer));

        var tooMany = new AddressListImporter(File(type, AddressListImporter.MaximumEntries + 1), type);
        var exception = await Assert.ThrowsAsync<AddressListImportException>(() => CountAsync(tooMany));
        Assert.Equal("line 1000001: a list may have 1000000 entries, and this is one more", exception.Message);
    }

    [Fact]
    public async Task The_first_hundred_failures_are_kept_and_all_are_counted()
    {
        var (_, importer) = await ImportAsync(string.Concat(Enumerable.Repeat("bad\n", 250)), ImportDataType.Csv);

        Assert.Equal(250, importer.Failed);
        Assert.Equal(100, importer.Failures.Count);
        Assert.Equal(100, importer.Failures[^1].Line);
    }

    [Fact]
    public async Task Progress_is_told_up_to_the_whole()
    {
        var reports = new Reports();
        using var file = File(ImportDataType.Csv, 10_000);

        await CountAsync(new AddressListImporter(file, ImportDataType.Csv, reports));

        Assert.True(reports.All.Count > 2);
        Assert.Equal(reports.All.OrderBy(report => report.OctetsRead).ThenBy(report => report.Imported), reports.All);
        Assert.Equal(new AddressListImportProgress(10_000, 0, file.Length, file.Length), reports.All[^1]);

        var unknown = new Reports();
        await CountAsync(new AddressListImporter(new Pieces("a@b"u8.ToArray(), 1), ImportDataType.Csv, unknown));
        Assert.Equal(new AddressListImportProgress(1, 0, 3, null), unknown.All[^1]);
    }

    [Fact]
    public async Task An_import_can_be_cancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var importer = new AddressListImporter(new Endless([], (byte)'\n'), ImportDataType.Csv, new Cancelling(cancellation));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in importer.ReadAsync(cancellation.Token))
            {
            }
        });
    }

    private static async Task<(List<string> Entries, AddressListImporter Importer)> ImportAsync(string text, ImportDataType type)
    {
        var importer = new AddressListImporter(new MemoryStream(Encoding.UTF8.GetBytes(text)), type);
        return (await EntriesAsync(importer), importer);
    }

    private static async Task<List<string>> EntriesAsync(AddressListImporter importer)
    {
        var entries = new List<string>();
        await foreach (var entry in importer.ReadAsync(TestContext.Current.CancellationToken))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private static async Task<int> CountAsync(AddressListImporter importer)
    {
        var count = 0;
        await foreach (var _ in importer.ReadAsync(TestContext.Current.CancellationToken))
        {
            count++;
        }

        return count;
    }

    private static string Failures(AddressListImporter importer) =>
        string.Join('|', importer.Failures.Select(failure => $"{failure.Line}: {failure.Reason}"));

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static MemoryStream File(ImportDataType type, int count)
    {
        var stream = new MemoryStream();
        using var writer = new StreamWriter(stream, leaveOpen: true);
        for (var i = 0; i < count; i++)
        {
            writer.Write(type == ImportDataType.Csv ? $"someone{i}@example.com\n" : $"{(i == 0 ? "[" : ",\n")}\"someone{i}@example.com\"");
        }

        writer.Write(type == ImportDataType.Csv ? "" : "]");
        writer.Flush();
        stream.Position = 0;
        return stream;
    }

    /// <summary>A stream of unknown length that gives a few octets at a time.</summary>
    private sealed class Pieces(byte[] octets, int piece) : ReadOnlyStream
    {
        private int _position;

        public override int Read(Span<byte> buffer)
        {
            var length = Math.Min(Math.Min(piece, buffer.Length), octets.Length - _position);
            octets.AsSpan(_position, length).CopyTo(buffer);
            _position += length;
            return length;
        }
    }

    /// <summary>Some octets, and then one for ever.</summary>
    private sealed class Endless(byte[] start, byte then) : ReadOnlyStream
    {
        private bool _hasStarted;

        public override int Read(Span<byte> buffer)
        {
            buffer.Fill(then);
            if (!_hasStarted)
            {
                start.CopyTo(buffer);
                _hasStarted = true;
            }

            return buffer.Length;
        }
    }

    private sealed class Reports : IProgress<AddressListImportProgress>
    {
        public List<AddressListImportProgress> All { get; } = [];

        public void Report(AddressListImportProgress value) => All.Add(value);
    }

    private sealed class Cancelling(CancellationTokenSource cancellation) : IProgress<AddressListImportProgress>
    {
        public void Report(AddressListImportProgress value)
        {
            if (value.OctetsRead > 1_000_000)
            {
                cancellation.Cancel();
            }
        }
    }
}
