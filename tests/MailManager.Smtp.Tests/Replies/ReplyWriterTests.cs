using System.Buffers;
using System.Text;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Tests.Replies;

public class ReplyWriterTests
{
    [Fact]
    public void Write_one_line() => Assert.Equal("250 2.0.0 Ok\r\n", Written(StandardReplies.Ok));

    [Fact]
    public void Write_several_lines_repeats_code_and_status() =>
        Assert.Equal("550-5.7.1 one\r\n550-5.7.1 two\r\n550 5.7.1 three\r\n", Written(new SmtpReply(550, new EnhancedStatus(5, 7, 1), "one\ntwo\nthree")));

    [Fact]
    public void Write_empty_text_keeps_the_space() => Assert.Equal("354 \r\n", Written(new SmtpReply(354, "")));

    [Fact]
    public void Write_control_characters_cannot_end_the_line() =>
        Assert.Equal("250 a?b?c?\r\n", Written(new SmtpReply(250, "a\rb\0c\u007f")));

    private static string Written(SmtpReply reply)
    {
        var output = new ArrayBufferWriter<byte>();
        ReplyWriter.Write(output, reply);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
