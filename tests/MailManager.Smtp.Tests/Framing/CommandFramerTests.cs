using System.Buffers;
using System.Text;
using MailManager.Smtp.Framing;
using MailManager.TestKit.Buffers;

namespace MailManager.Smtp.Tests.Framing;

public class CommandFramerTests
{
    private const int MaxLength = 512;

    [Fact]
    public void Read_line_cut_anywhere_is_found_whole()
    {
        var octets = "NOOP one\r\nRSET\r\n"u8.ToArray();
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            var buffer = Segments.Of(octets[..cut], octets[cut..]);

            Assert.Equal(FrameStatus.Line, CommandFramer.Read(ref buffer, MaxLength, out var first));
            Assert.Equal("NOOP one", Encoding.ASCII.GetString(first.ToArray()));
            Assert.Equal(FrameStatus.Line, CommandFramer.Read(ref buffer, MaxLength, out var second));
            Assert.Equal("RSET", Encoding.ASCII.GetString(second.ToArray()));
            Assert.True(buffer.IsEmpty);
        }
    }

    [Fact]
    public void Read_prefix_of_a_line_needs_more_and_keeps_the_buffer()
    {
        var octets = "NOOP\r\n"u8.ToArray();
        for (var length = 0; length < octets.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(octets, 0, length);

            Assert.Equal(FrameStatus.NeedMore, CommandFramer.Read(ref buffer, MaxLength, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData("NOOP\n")]
    [InlineData("\n")]
    [InlineData("NO\rOP\n")]
    public void Read_bare_line_feed_is_told_and_consumed(string text)
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text + "QUIT\r\n"));

        Assert.Equal(FrameStatus.BareLineFeed, CommandFramer.Read(ref buffer, MaxLength, out _));
        Assert.Equal(FrameStatus.Line, CommandFramer.Read(ref buffer, MaxLength, out _));
    }

    [Theory]
    [InlineData(MaxLength - 1, FrameStatus.Line)]
    [InlineData(MaxLength, FrameStatus.Line)]
    [InlineData(MaxLength + 1, FrameStatus.TooLong)]
    public void Read_line_at_the_limit(int length, FrameStatus expected)
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(new string('x', length - 2) + "\r\n"));

        Assert.Equal(expected, CommandFramer.Read(ref buffer, MaxLength, out _));
        Assert.True(buffer.IsEmpty);
    }

    [Fact]
    public void Read_endless_line_is_too_long_once_the_limit_has_arrived()
    {
        var buffer = new ReadOnlySequence<byte>(new byte[MaxLength]);

        Assert.Equal(FrameStatus.TooLong, CommandFramer.Read(ref buffer, MaxLength, out _));
    }
}
