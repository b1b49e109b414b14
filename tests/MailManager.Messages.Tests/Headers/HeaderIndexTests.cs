using System.Text;
using CsCheck;
using MailManager.Messages.Headers;

namespace MailManager.Messages.Tests.Headers;

public class HeaderIndexTests
{
    [Fact]
    public void Build_fields_are_read_in_place()
    {
        var (index, message) = Build("Subject: one\r\n two\r\nX-Empty:\r\nto : a@b.example\r\n\r\nbody: no field\r\n");
        var view = index.View(message);

        Assert.Equal(3, view.Count);
        Assert.Equal("Subject", Text(view[0].Name));
        Assert.Equal(" one\r\n two", Text(view[0].Value));
        Assert.Equal("", Text(view[1].Value));
        Assert.Equal("to", Text(view[2].Name));
        Assert.Equal(" a@b.example", Text(view[2].Value));
        Assert.Equal(message.AsSpan().IndexOf("\r\n\r\n"u8) + 2, index.Length);
        Assert.True(index.IsWellFormedStart);
    }

    [Fact]
    public void IndexOf_ignores_case_and_goes_on_from_a_position()
    {
        var (index, message) = Build("Received: a\r\nX: b\r\nRECEIVED: c\r\n\r\n");
        var view = index.View(message);

        Assert.Equal(0, view.IndexOf("received"u8));
        Assert.Equal(2, view.IndexOf("received"u8, 1));
        Assert.Equal(-1, view.IndexOf("received"u8, 3));
        Assert.Equal(-1, view.IndexOf("Receive"u8));
    }

    [Theory]
    [InlineData("", 0, 0, true)]
    [InlineData("\r\nbody\r\n", 0, 0, true)]
    [InlineData("no field\r\nX: y\r\n", 0, 0, false)]
    [InlineData(" folded first\r\nX: y\r\n", 0, 0, false)]
    [InlineData(".\r\n", 0, 0, false)]
    [InlineData("From someone Tue Nov 24\r\nX: y\r\n", 0, 0, false)]
    [InlineData("X: y\r\nbody at once\r\n", 1, 6, true)]
    [InlineData("X: y", 1, 4, true)]
    [InlineData(": y\r\n", 0, 0, false)]
    public void Build_header_block_ends_where_fields_end(string text, int fields, int length, bool wellFormedStart)
    {
        var (index, _) = Build(text);

        Assert.Equal(fields, index.Count);
        Assert.Equal(length, index.Length);
        Assert.Equal(wellFormedStart, index.IsWellFormedStart);
    }

    [Fact]
    public void Build_any_octets_never_throws_and_fields_cover_the_block()
    {
        Gen.String[Gen.Char["aX:- \t\r\n\u00e9"], 0, 60].Sample(text =>
        {
            var index = new HeaderIndex();
            var message = Encoding.Latin1.GetBytes(text);
            index.Build(message);
            var view = index.View(message);
            var total = 0;
            for (var i = 0; i < view.Count; i++)
            {
                total += view[i].Name.Length;
                _ = view[i].Value.Length;
            }

            return index.Length <= message.Length && total <= index.Length;
        }, iter: 10_000);
    }

    [Fact]
    public void Build_again_allocates_nothing()
    {
        var message = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 30).Select(i => $"X-Field-{i}: value {i}\r\n")) + "\r\nbody\r\n");
        var index = new HeaderIndex();
        index.Build(message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            index.Build(message);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(" plain ", "plain")]
    [InlineData(" one\r\n two\r\n\tthree", "one two\tthree")]
    [InlineData("\r\n only folded", "only folded")]
    [InlineData("", "")]
    public void Unfold_gives_plain_text(string value, string text)
    {
        Span<char> destination = stackalloc char[100];
        var length = HeaderText.Unfold(Encoding.UTF8.GetBytes(value), destination);

        Assert.Equal(text, destination[..length].ToString());
    }

    private static (HeaderIndex Index, byte[] Message) Build(string text)
    {
        var message = Encoding.Latin1.GetBytes(text);
        var index = new HeaderIndex();
        index.Build(message);
        return (index, message);
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);
}
