using CsCheck;
using MailManager.Messages.Envelope;

namespace MailManager.Messages.Tests.Envelope;

public class MessageIdTests
{
    [Fact]
    public void Text_and_octets_read_back() => Gen.ULong.Array[2].Sample(halves =>
    {
        var id = new MessageId(new UInt128(halves[0], halves[1]));
        Span<byte> octets = stackalloc byte[16];
        id.Write(octets);
        return MessageId.TryParse(id.ToString(), out var parsed) && parsed == id && MessageId.Read(octets) == id;
    });

    [Fact]
    public void Ids_sort_by_time_as_numbers_and_as_text()
    {
        var start = DateTimeOffset.UnixEpoch.AddYears(56);
        var ids = Enumerable.Range(0, 50).Select(i => MessageId.New(start.AddMilliseconds(i))).ToArray();

        Assert.Equal(ids, ids.Order());
        Assert.Equal(ids.Select(id => id.ToString()), ids.Select(id => id.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FA")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAVV")]
    [InlineData("81ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("01ARZ3NDEKTSV4RRFFQ69G5FAU")]
    public void TryParse_other_text_is_none(string text) => Assert.False(MessageId.TryParse(text, out _));

    [Fact]
    public void It_is_written_in_place_as_it_is_shown()
    {
        var id = MessageId.New(DateTimeOffset.UnixEpoch);
        Span<char> text = stackalloc char[MessageId.TextLength + 1];
        Assert.True(id.TryFormat(text, out var written, default, null));
        Assert.Equal(id.ToString(), text[..written].ToString());
        Assert.Equal($"id {id}", "id " + id.ToString());
        Assert.False(id.TryFormat(text[..(MessageId.TextLength - 1)], out written, default, null));
        Assert.Equal(0, written);
    }
}
