using System.Text;
using MailManager.Rules.Mime;

namespace MailManager.Rules.Tests.Mime;

public class AttachmentReaderTests
{
    [Fact]
    public void A_plain_message_has_none()
    {
        Assert.Empty(Read("Subject: a", "", "hello").Attachments);
        Assert.Empty(Read("Content-Type: text/html", "", "<p>").Attachments);
        Assert.Empty(Read("Subject: no body").Attachments);
    }

    [Fact]
    public void Texts_of_alternatives_are_none() => Assert.Empty(Mixed(["Content-Type: text/plain", "", "a"], ["Content-Type: text/html", "", "<p>a"]).Attachments);

    [Theory]
    [InlineData("Content-Type: text/plain|Content-Disposition: attachment", "", "text/plain")]
    [InlineData("Content-Type: text/plain; name=a.txt", "a.txt", "text/plain")]
    [InlineData("Content-Disposition: inline; filename=\"a b.txt\"", "a b.txt", "text/plain")]
    [InlineData("Content-Type: Application/PDF", "", "application/pdf")]
    [InlineData("Content-Type: image/png|Content-ID: <logo>|Content-Disposition: inline", "", "image/png")]
    [InlineData("Content-Type: a/b; name=one|Content-Disposition: attachment; filename=two", "two", "a/b")]
    [InlineData("Content-Type: a/b; name*=utf-8''r%C3%A9sum%C3%A9.pdf", "r\u00E9sum\u00E9.pdf", "a/b")]
    [InlineData("Content-Type: a/b; name*0=\"very \"; name*1=\"long.pdf\"", "very long.pdf", "a/b")]
    [InlineData("Content-Type: a/b; name=\"=?utf-8?B?csOpc3Vtw6kucGRm?=\"", "r\u00E9sum\u00E9.pdf", "a/b")]
    [InlineData("Content-Disposition: attachment; filename*0*=utf-8''%E2%82%AC; filename*1=\" rates.xls\"", "\u20AC rates.xls", "text/plain")]
    [InlineData("Content-Type: a/b|Content-Disposition: attachment; filename=one|Content-Disposition: attachment; filename=two", "one", "a/b")]
    public void A_part_counts(string header, string name, string mediaType)
    {
        var attachment = Assert.Single(Mixed([.. header.Split('|'), "", "hello"]).Attachments);
        Assert.Equal(new Attachment(name, mediaType, 5), attachment);
        Assert.Equal(attachment, Assert.Single(Read([.. header.Split('|'), "", "hello"]).Attachments));
    }

    [Theory]
    [InlineData("7bit", "hello", 5)]
    [InlineData("binary", "a\r\n\r\n", 5)]
    [InlineData("x-unknown", "aGVs", 4)]
    [InlineData("base64", "aGVsbG8=", 5)]
    [InlineData("BASE64", "aGVs\r\nbG8=\r\n", 5)]
    [InlineData("quoted-printable", "h=C3=A9llo=\r\n!", 7)]
    [InlineData("quoted-printable", "a\r\n", 3)]
    [InlineData("quoted-printable", "a=", 1)]
    [InlineData("7bit", "", 0)]
    [InlineData("base64", "", 0)]
    public void The_size_is_that_after_decoding(string encoding, string content, long size) =>
        Assert.Equal(size, Assert.Single(Mixed(["Content-Type: a/b", $"Content-Transfer-Encoding: {encoding}", "", content]).Attachments).Size);

    [Fact]
    public void A_message_inside_is_one_and_what_it_has_counts_as_well()
    {
        string[] inner = ["Subject: inner", "Content-Type: multipart/mixed; boundary=in", "", "--in", "Content-Type: a/b; name=x", "", "12345", "--in--", ""];
        var contents = Mixed(["Content-Type: message/rfc822", "Content-Disposition: attachment; filename=m.eml", "", .. inner], ["", "text"]);
        Assert.Equal([new Attachment("x", "a/b", 5), new Attachment("m.eml", "message/rfc822", string.Join("\r\n", inner).Length)], contents.Attachments);
    }

    [Fact]
    public void A_report_of_delivery_counts_by_its_types() => Assert.Equal(
        ["message/delivery-status", "message/rfc822"],
        Mixed(["", "human"], ["Content-Type: message/delivery-status", "", "Reporting-MTA: dns; a"], ["Content-Type: message/rfc822", "", "Subject: a"])
            .Attachments.Select(attachment => attachment.MediaType));

    [Fact]
    public void The_limit_of_parts_includes_multiparts()
    {
        var parts = Enumerable.Repeat(new[] { "Content-Type: a/b", "", "" }, 3).ToArray();
        var limits = MimeLimits.Default with { Parts = 4 };
        Assert.False(Mixed(limits, parts).IsTooComplex);
        var contents = Mixed(limits with { Parts = 3 }, parts);
        Assert.Equal(MimeProblem.Parts, contents.Problem);
        Assert.Equal(2, contents.Attachments.Length);
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(2, true)]
    public void The_limit_of_depth_counts_multiparts_and_messages(int depth, bool tooComplex)
    {
        var contents = Mixed(
            MimeLimits.Default with { Depth = depth },
            ["Content-Type: message/rfc822", "", "Content-Type: multipart/mixed; boundary=in", "", "--in", "Content-Type: a/b", "", "", "--in--"]);
        Assert.Equal(tooComplex ? MimeProblem.Depth : null, contents.Problem);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(9, true)]
    public void The_limit_of_octets_is_that_of_all_attachments(int octets, bool tooComplex)
    {
        string[] part = ["Content-Type: a/b", "Content-Transfer-Encoding: base64", "", "aGVsbG8="];
        var contents = Mixed(MimeLimits.Default with { Octets = octets }, part, ["", new string('x', 1000)], part);
        Assert.Equal(tooComplex ? MimeProblem.Octets : null, contents.Problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no header\r\n\r\nbody")]
    [InlineData("\0\0\0\0")]
    public void What_begins_without_a_header_is_too_complex(string message) => Assert.Equal(MimeProblem.Unreadable, Read(message).Problem);

    private static MimeContents Mixed(params string[][] parts) => Mixed(MimeLimits.Default, parts);

    private static MimeContents Mixed(MimeLimits limits, params string[][] parts) =>
        Read(limits, ["Content-Type: multipart/mixed; boundary=b", "", .. parts.SelectMany(part => (string[])["--b", .. part]), "--b--", ""]);

    private static MimeContents Read(params string[] lines) => Read(MimeLimits.Default, lines);

    private static MimeContents Read(MimeLimits limits, string[] lines) =>
        AttachmentReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(string.Join("\r\n", lines))), limits, TimeProvider.System);
}
