using System.Text;
using CsCheck;
using MailManager.Smtp.Framing;

namespace MailManager.Smtp.Tests.Framing;

public class ChunkScannerTests
{
    [Fact]
    public void Scan_any_chunks_however_cut_agrees_with_a_plain_reading_of_the_whole()
    {
        Gen.Select(Gen.String[Gen.Char["\r\n\0a: "], 0, 16].Array[1, 5], Gen.Int[1, 7], Gen.Bool, Gen.Int[0, 40]).Sample(
            (chunks, piece, isBinary, limit) =>
            {
                var scanner = new ChunkScanner(limit, isBinary);
                var sink = new TextSink();
                foreach (var chunk in chunks)
                {
                    var octets = Encoding.Latin1.GetBytes(chunk);
                    scanner.Expect(octets.Length);
                    for (var at = 0; at < octets.Length; at += piece)
                    {
                        scanner.Scan(octets.AsSpan(at, Math.Min(piece, octets.Length - at)), sink);
                    }
                }

                scanner.Finish();
                var whole = string.Concat(chunks);
                var isGood = whole.Length <= limit && !HasBareOctets(isBinary ? Header(whole) : whole);
                return isGood == (scanner.Faults == DataFaults.None)
                    && (!isGood || sink.Text.ToString() == whole)
                    && whole.StartsWith(sink.Text.ToString(), StringComparison.Ordinal);
            },
            iter: 100_000);
    }

    private static string Header(string message)
    {
        var end = ("\r\n" + message).IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    private static bool HasBareOctets(string text) => text.Replace("\r\n", "", StringComparison.Ordinal).IndexOfAny(['\r', '\n', '\0']) >= 0;

    private sealed class TextSink : IMessageSink
    {
        public StringBuilder Text { get; } = new();

        public void Append(ReadOnlySpan<byte> octets) => Text.Append(Encoding.Latin1.GetString(octets));
    }
}
