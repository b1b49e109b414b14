using System.Text;
using CsCheck;
using MailManager.Rules.Mime;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Rules.Tests.Mime;

/// <summary>Messages made to exhaust whoever looks into them.</summary>
public class HostileMimeTests
{
    [Fact]
    public void Multiparts_nested_a_hundred_thousand_deep_are_too_deep() => Assert.Equal(
        MimeProblem.Depth,
        Read(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n"))).Problem);

    [Fact]
    public void Messages_nested_a_hundred_thousand_deep_are_too_deep() => Assert.Equal(
        MimeProblem.Depth, Read(string.Concat(Enumerable.Repeat("Content-Type: message/rfc822\r\n\r\n", 100_000))).Problem);

    [Fact]
    public void A_million_empty_parts_are_too_many() => Assert.Equal(
        MimeProblem.Parts, Read("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Repeat("--b\r\n\r\n", 1_000_000))).Problem);

    [Fact]
    public void A_boundary_inside_of_itself_is_no_cycle()
    {
        var contents = Read("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Repeat("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n", 20)));
        Assert.False(contents.IsTooComplex);
        Assert.Empty(contents.Attachments);
    }

    [Theory]
    [InlineData(70, false)]
    [InlineData(500, false)]
    [InlineData(501, true)]
    [InlineData(10 * 1024, true)]
    public void Either_a_boundary_is_found_or_the_message_is_too_complex(int length, bool tooComplex)
    {
        var boundary = new string('b', length);
        var contents = Read($"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\nContent-Type: a/b\r\n\r\n12345\r\n--{boundary}--\r\n");
        Assert.Equal(tooComplex ? MimeProblem.Unreadable : null, contents.Problem);
        Assert.Equal(tooComplex ? [] : [new Attachment(string.Empty, "a/b", 5)], contents.Attachments);
    }

    [Fact]
    public void A_multipart_without_a_boundary_is_too_complex() => Assert.Equal(
        MimeProblem.Unreadable, Read("Content-Type: multipart/mixed\r\n\r\n--b\r\nContent-Type: a/b\r\n\r\n12345\r\n--b--\r\n").Problem);

    [Fact]
    public void A_header_without_end_is_read_through()
    {
        var contents = Read("Content-Type: a/b; name=" + new string('x', 5_000_000) + "\r\n");
        Assert.True(contents.IsTooComplex || contents.Attachments.Length == 1);
    }

    [Fact]
    public void Thousands_of_parameters_and_continuations_are_read_in_time()
    {
        var parameters = string.Concat(Enumerable.Range(0, 20_000).Select(i => $";\r\n name*{i}=x"));
        var contents = Read($"Content-Type: a/b{parameters}\r\n\r\nbody");
        Assert.True(contents.IsTooComplex || contents.Attachments.Length == 1);
    }

    [Fact]
    public void An_archive_is_an_attachment_and_stays_closed() => Assert.Equal(
        [new Attachment("42.zip", "application/zip", 42_374)],
        Read($"Content-Type: application/zip; name=42.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(new byte[42_374], Base64FormattingOptions.InsertLineBreaks)}").Attachments);

    [Fact]
    public void A_message_that_takes_too_long_is_stopped()
    {
        var time = new FakeTimeProvider();
        var contents = AttachmentReader.Read(new EndlessStream(time), MimeLimits.Default with { Octets = long.MaxValue }, time);
        Assert.Equal(MimeProblem.Time, contents.Problem);
    }

    [Fact]
    public void Random_octets_never_throw()
    {
        var token = Gen.OneOf(
            "Content-Type: ", "Content-Disposition: ", "Content-Transfer-Encoding: ", "multipart/mixed", "multipart/digest", "message/rfc822", "attachment", "base64",
            "quoted-printable", "x-uuencode", "; boundary=", "; name=", "; filename*0*=utf-8''", "; name*1=", "=?utf-8?B?", "?=", "%", "b", "\"", "(", ")", "\\", "--b", "--b--", "\r\n", "\n", "\r", "\r\n\r\n",
            " ", ":", "\0", "\u00FF", "From ", ">From ", "begin 644 a\r\n", "=", "end\r\n", "\u00EF\u00BB\u00BF");
        token.Array[0, 60].Select(string.Concat).Sample(
            text => Assert.True(AttachmentReader.Read(new MemoryStream(Encoding.Latin1.GetBytes(text)), MimeLimits.Default, TimeProvider.System).Attachments.Length >= 0),
            iter: 20_000);
    }

    private static MimeContents Read(string message) =>
        AttachmentReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(message)), MimeLimits.Default with { Time = TimeSpan.FromMinutes(5) }, TimeProvider.System);

    /// <summary>A message that never ends; each read takes 100 ms.</summary>
    private sealed class EndlessStream(FakeTimeProvider time) : MemoryStream
    {
        private bool _hasBegun;

        public override int Read(byte[] buffer, int offset, int count)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            if (_hasBegun)
            {
                Array.Fill(buffer, (byte)'x', offset, count);
                return count;
            }

            _hasBegun = true;
            return Encoding.ASCII.GetBytes("Content-Type: a/b\r\n\r\n", buffer.AsSpan(offset));
        }
    }
}
