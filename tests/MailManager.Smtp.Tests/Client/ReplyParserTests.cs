using System.Buffers;
using System.Text;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Tests.Client;

public sealed class ReplyParserTests
{
    [Theory]
    [InlineData("250 Ok\r\n", 250, "", "Ok")]
    [InlineData("250\r\n", 250, "", "")]
    [InlineData("250 \r\n", 250, "", "")]
    [InlineData("550 5.1.1 No such user\r\n", 550, "5.1.1", "No such user")]
    [InlineData("550 5.1.1\r\n", 550, "5.1.1", "")]
    [InlineData("550 4.1.1 Class does not match\r\n", 550, "", "4.1.1 Class does not match")]
    [InlineData("250-a\r\n250-b\r\n250 c\r\n", 250, "", "a\nb\nc")]
    [InlineData("550-5.7.1 one\r\n550 5.7.1 two\r\n", 550, "5.7.1", "one\ntwo")]
    [InlineData("220 1.2.3.4 ready\r\n", 220, "", "1.2.3.4 ready")]
    [InlineData("250 2.0.0.1 x\r\n", 250, "", "2.0.0.1 x")]
    [InlineData("250 bare line feed\n", 250, "", "bare line feed")]
    public void Reply_is_read_at_every_split(string octets, int code, string status, string text)
    {
        for (var split = 0; split <= octets.Length; split++)
        {
            var parser = new ReplyParser();
            var pending = octets[..split];
            var result = parser.Read(Sequence(pending), out var consumed, out var reply);
            if (result == ReplyStatus.NeedMore)
            {
                pending = pending[(int)Sequence(pending).GetOffset(consumed)..] + octets[split..];
                result = parser.Read(Sequence(pending), out consumed, out reply);
            }

            Assert.Equal(ReplyStatus.Done, result);
            Assert.Equal((code, status, text), (reply.Code, reply.Status.ToString(), reply.Text));
        }
    }

    [Fact]
    public void Pipelined_replies_are_read_one_by_one()
    {
        var parser = new ReplyParser();
        var buffer = Sequence("250 a\r\n550 b\r\n354 ");
        Assert.Equal(ReplyStatus.Done, parser.Read(buffer, out var consumed, out var first));
        buffer = buffer.Slice(consumed);
        Assert.Equal(ReplyStatus.Done, parser.Read(buffer, out consumed, out var second));
        buffer = buffer.Slice(consumed);
        Assert.Equal(ReplyStatus.NeedMore, parser.Read(buffer, out _, out _));
        Assert.Equal((250, 550, 4L), (first.Code, second.Code, buffer.Length));
    }

    [Theory]
    [InlineData("hello\r\n")]
    [InlineData("\r\n")]
    [InlineData("25\r\n")]
    [InlineData("2500 x\r\n")]
    [InlineData("150 x\r\n")]
    [InlineData("650 x\r\n")]
    [InlineData("2x0 x\r\n")]
    [InlineData("250-a\r\n251 b\r\n")]
    [InlineData("250_a\r\n")]
    public void What_is_no_reply_is_invalid(string octets) =>
        Assert.Equal(ReplyStatus.Invalid, new ReplyParser().Read(Sequence(octets), out _, out _));

    [Fact]
    public void A_line_without_end_is_invalid_once_it_is_too_long()
    {
        var parser = new ReplyParser();
        Assert.Equal(ReplyStatus.NeedMore, parser.Read(Sequence("250 " + new string('x', ReplyParser.MaxLineLength - 5)), out _, out _));
        Assert.Equal(ReplyStatus.Invalid, parser.Read(Sequence("250 " + new string('x', ReplyParser.MaxLineLength - 4)), out _, out _));
    }

    [Fact]
    public void A_reply_without_end_is_invalid_once_it_has_too_many_lines_or_octets()
    {
        Assert.Equal(ReplyStatus.Invalid, new ReplyParser().Read(Sequence(string.Concat(Enumerable.Repeat("250-x\r\n", ReplyParser.MaxLines + 1))), out _, out _));
        var line = "250-" + new string('x', 1500) + "\r\n";
        Assert.Equal(ReplyStatus.Invalid, new ReplyParser().Read(Sequence(string.Concat(Enumerable.Repeat(line, (ReplyParser.MaxLength / 1500) + 1))), out _, out _));
    }

    [Fact]
    public void Peer_text_is_escaped()
    {
        Assert.Equal(@"a\u001B[31m\u000D\u000Ab\\\u202E", PeerText.Escape("a\u001b[31m\r\nb\\\u202e"));
        Assert.Equal(PeerText.MaxLength, PeerText.Escape(new string('\n', 10_000)).Length, 10d);
        var plain = "550 5.1.1 No";
        Assert.Same(plain, PeerText.Escape(plain));
    }

    private static ReadOnlySequence<byte> Sequence(string text) => new(Encoding.Latin1.GetBytes(text));
}
