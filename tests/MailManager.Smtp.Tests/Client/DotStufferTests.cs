using System.Buffers;
using System.IO.Pipelines;
using CsCheck;
using MailManager.Smtp.Client;

namespace MailManager.Smtp.Tests.Client;

public sealed class DotStufferTests
{
    private static readonly Gen<string> StrictPiece = Pick("\r\n", ".", "..", "\r\n.", "\r\n.\r\n", "a", "line of text", " ", "\t", "é", "From x");

    [Fact]
    public void Every_strict_content_comes_back_whatever_the_chunks() =>
        Gen.Select(StrictPiece.Array[0, 40], Gen.Int[1, 9]).Sample((pieces, chunk) =>
        {
            var content = Bytes(string.Concat(pieces));
            var wire = Stuff(content, chunk);
            Assert.NotNull(wire);
            var expected = content is [] or [.., (byte)'\r', (byte)'\n'] ? content : [.. content, (byte)'\r', (byte)'\n'];
            Assert.Equal(expected, Unstuff(wire));
        }, iter: 5_000);

    [Fact]
    public void A_content_is_sent_exactly_when_it_has_no_bare_cr_lf_or_nul() =>
        Gen.Select(Pick("\r\n", "\r", "\n", "\0", ".", "a").Array[0, 8], Gen.Int[1, 9]).Sample((pieces, chunk) =>
        {
            var text = string.Concat(pieces);
            Assert.Equal(IsStrict(text), Stuff(Bytes(text), chunk) is not null);
        }, iter: 50_000);

    [Theory]
    [InlineData("", ".\r\n")]
    [InlineData(".", "..\r\n.\r\n")]
    [InlineData(".\r\n", "..\r\n.\r\n")]
    [InlineData("a\r\n.b\r\n", "a\r\n..b\r\n.\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("\r\n.\r\nMAIL FROM:<x>\r\n", "\r\n..\r\nMAIL FROM:<x>\r\n.\r\n")]
    public void Wire_form(string content, string wire) => Assert.Equal(Bytes(wire), Stuff(Bytes(content), int.MaxValue));

    private static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    /// <summary>Null: refused.</summary>
    private static byte[]? Stuff(byte[] content, int chunk)
    {
        var pipe = new Pipe();
        var stuffer = new DotStuffer();
        for (var i = 0; i < content.Length; i += Math.Min(chunk, content.Length))
        {
            if (!MessageDataWriter.Append(pipe.Writer, ref stuffer, content.AsSpan(i, Math.Min(chunk, content.Length - i))))
            {
                return null;
            }
        }

        if (!MessageDataWriter.End(pipe.Writer, stuffer))
        {
            return null;
        }

        pipe.Writer.Complete();
        pipe.Reader.TryRead(out var result);
        return result.Buffer.ToArray();
    }

    /// <summary>By the letter of RFC 5321 §4.5.2: take lines until the one that is a lone dot.</summary>
    private static byte[] Unstuff(byte[] wire)
    {
        var lines = System.Text.Encoding.Latin1.GetString(wire).Split("\r\n");
        Assert.Equal(".", lines[^2]);
        Assert.Equal(string.Empty, lines[^1]);
        Assert.DoesNotContain(".", lines[..^2]);
        return System.Text.Encoding.Latin1.GetBytes(string.Concat(lines[..^2].Select(line => (line.StartsWith('.') ? line[1..] : line) + "\r\n")));
    }

    private static bool IsStrict(string text) =>
        !text.Replace("\r\n", string.Empty, StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n', '\0');

    private static byte[] Bytes(string text) => System.Text.Encoding.Latin1.GetBytes(text);
}
