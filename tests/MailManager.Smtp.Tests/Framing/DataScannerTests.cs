using System.Text;
using CsCheck;
using MailManager.Smtp.Framing;

namespace MailManager.Smtp.Tests.Framing;

public class DataScannerTests
{
    /// <summary>Line ends around a dot that some server has taken for the end of data (SEC Consult 2023 and later).</summary>
    public static TheoryData<string> FalseEnds { get; } =
    [
        "\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\n\0.\r\n", "\r\n.\0\r\n",
        "\r\n.\r\r\n", "\r\r\n.\r\r\n", "\r\n . \r\n", "\u0085.\u0085", "\r\n\u2028.\r\n",
    ];

    [Theory]
    [InlineData(".\r\n", "")]
    [InlineData("\r\n.\r\n", "\r\n")]
    [InlineData("a\r\n.\r\n", "a\r\n")]
    [InlineData("..\r\n.\r\n", ".\r\n")]
    [InlineData(".a\r\n..b\r\nc.\r\n.\r\n", "a\r\n.b\r\nc.\r\n")]
    [InlineData("a\r\n...\r\n.\r\n", "a\r\n..\r\n")]
    public void Scan_message_cut_at_every_octet_is_unstuffed(string data, string message)
    {
        var octets = Encoding.Latin1.GetBytes(data);
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            var result = Scan(octets[..cut], octets[cut..]);

            Assert.True(result.Ended);
            Assert.Equal(DataFaults.None, result.Faults);
            Assert.Equal(message, result.Message);
            Assert.Equal(octets.Length, result.Consumed);
        }
    }

    [Theory]
    [MemberData(nameof(FalseEnds))]
    public void Scan_false_end_never_ends_the_data(string falseEnd)
    {
        var octets = Encoding.UTF8.GetBytes("Subject: a\r\n\r\nbody" + falseEnd + "MAIL FROM:<evil@x.example>\r\n.\r\nQUIT\r\n");
        var trueEnd = Encoding.Latin1.GetString(octets).IndexOf("QUIT", StringComparison.Ordinal);
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            var result = Scan(octets[..cut], octets[cut..]);

            Assert.True(result.Ended);
            Assert.Equal(trueEnd, result.Consumed);
        }
    }

    [Theory]
    [InlineData("a\nb\r\n.\r\n", DataFaults.BareLineFeed)]
    [InlineData("a\rb\r\n.\r\n", DataFaults.BareCarriageReturn)]
    [InlineData("a\r\r\n.\r\n", DataFaults.BareCarriageReturn)]
    [InlineData("a\0\r\n.\r\n", DataFaults.Nul)]
    [InlineData("\n\r\0\r\n.\r\n", DataFaults.BareLineFeed | DataFaults.BareCarriageReturn | DataFaults.Nul)]
    public void Scan_forbidden_octets_are_noted_after_the_true_end(string data, DataFaults faults)
    {
        var result = Scan(Encoding.Latin1.GetBytes(data));

        Assert.True(result.Ended);
        Assert.Equal(faults, result.Faults);
    }

    [Fact]
    public void Scan_over_the_limit_reads_on_to_the_end_and_keeps_no_more()
    {
        var result = Scan(limit: 4, Encoding.Latin1.GetBytes("abc\r\ndef\r\n.\r\n"));

        Assert.True(result.Ended);
        Assert.Equal(DataFaults.TooLarge, result.Faults);
        Assert.Equal("", result.Message);
        Assert.Equal(DataFaults.None, Scan(limit: 5, Encoding.Latin1.GetBytes("abc\r\n.\r\n")).Faults);
    }

    [Fact]
    public void Scan_any_message_comes_back_from_stuffing_however_it_is_cut()
    {
        var line = Gen.String[Gen.Char["ab. \u00e9"], 0, 12];
        Gen.Select(line.Array[0, 8], Gen.Int[0, 200], Gen.Int[0, 200]).Sample((lines, a, b) =>
        {
            var message = string.Concat(lines.Select(text => text + "\r\n"));
            var stuffed = string.Concat(lines.Select(text => (text.StartsWith('.') ? "." : "") + text + "\r\n")) + ".\r\n";
            var octets = Encoding.Latin1.GetBytes(stuffed);
            var first = Math.Min(Math.Min(a, b), octets.Length);
            var second = Math.Min(Math.Max(a, b), octets.Length);
            var result = Scan(octets[..first], octets[first..second], octets[second..]);
            return result.Ended && result.Faults == DataFaults.None && result.Message == message && result.Consumed == octets.Length;
        }, iter: 20_000);
    }

    [Fact]
    public void Scan_any_octets_agrees_with_a_plain_reading()
    {
        Gen.String[Gen.Char["\r\n.\0a"], 0, 24].Sample(text =>
        {
            var octets = Encoding.Latin1.GetBytes(text);
            var result = Scan(octets);
            var end = text.StartsWith(".\r\n", StringComparison.Ordinal) ? 3 : text.IndexOf("\r\n.\r\n", StringComparison.Ordinal) is var at && at >= 0 ? at + 5 : -1;
            return result.Ended == (end >= 0) && (end < 0 || result.Consumed == end);
        }, iter: 50_000);
    }

    [Fact]
    public void Scan_allocates_nothing()
    {
        var octets = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(".line of text\r\n", 200)) + ".\r\n");
        var sink = new NullSink();
        ScanAll(octets, sink);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            ScanAll(octets, sink);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void ScanAll(byte[] octets, NullSink sink) => new DataScanner(long.MaxValue).Scan(octets, sink, out _);

    private static ScanResult Scan(params byte[][] parts) => Scan(long.MaxValue, parts);

    private static ScanResult Scan(long limit, params byte[][] parts)
    {
        var scanner = new DataScanner(limit);
        var sink = new TextSink();
        var consumed = 0;
        foreach (var part in parts)
        {
            var ended = scanner.Scan(part, sink, out var used);
            consumed += used;
            if (ended)
            {
                return new ScanResult(true, scanner.Faults, sink.Text.ToString(), consumed);
            }
        }

        return new ScanResult(false, scanner.Faults, sink.Text.ToString(), consumed);
    }

    private sealed record ScanResult(bool Ended, DataFaults Faults, string Message, int Consumed);

    private sealed class TextSink : IMessageSink
    {
        public StringBuilder Text { get; } = new();

        public void Append(ReadOnlySpan<byte> octets) => Text.Append(Encoding.Latin1.GetString(octets));
    }

    private sealed class NullSink : IMessageSink
    {
        public void Append(ReadOnlySpan<byte> octets)
        {
        }
    }
}
