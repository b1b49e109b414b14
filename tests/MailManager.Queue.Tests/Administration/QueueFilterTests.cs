using MailManager.Messages.Envelope;
using MailManager.Queue.Administration;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Administration;

public sealed class QueueFilterTests
{
    private static readonly QueueEntry Entry = new()
    {
        Delivery = 7,
        MessageId = MessageId.New(Epoch),
        State = DeliveryState.Held,
        Destination = "relay:Exchange",
        Sender = "ann@sender.example",
        Recipients = ["bob@one.example", "eve@two.example"],
        ReceivedAt = Epoch.AddHours(-3),
        ExpiresAt = Epoch.AddDays(4),
        NextAttemptAt = Epoch,
        Attempts = 2,
        LastReply = "refused at RCPT: 451 4.2.1 (busy) a*b",
        Size = 20_000,
        IngressPoint = "front-door",
    };

    [Theory]
    [InlineData("", true)]
    [InlineData("destination = relay:exchange", true)]
    [InlineData("destination=relay:ex*", true)]
    [InlineData("destination=relay:ex", false)]
    [InlineData("destination=r?lay:exchange", false)]
    [InlineData("destination=r?lay:*", false)]
    [InlineData("destination=*y:*change", true)]
    [InlineData("destination=relay:exchange*exchange", false)]
    [InlineData("destination=*", true)]
    [InlineData("domain=two.example", true)]
    [InlineData("domain=example", false)]
    [InlineData("domain!=two.example", false)]
    [InlineData("domain!=three.example", true)]
    [InlineData("recipient = *@ONE.example", true)]
    [InlineData("recipient ~ eve", true)]
    [InlineData("sender=ann@sender.example", true)]
    [InlineData("sender=\"\"", false)]
    [InlineData("sender!=\"\"", true)]
    [InlineData("age > 2h", true)]
    [InlineData("age > 3h", false)]
    [InlineData("age >= 180m", true)]
    [InlineData("age < 1d", true)]
    [InlineData("age <= 10799s", false)]
    [InlineData("attempts=2", true)]
    [InlineData("attempts!=2", false)]
    [InlineData("size>=19KiB", true)]
    [InlineData("size>19KiB and size<1MiB", true)]
    [InlineData("size=20000", true)]
    [InlineData("size=20000B", true)]
    [InlineData("reply ~ \"451 4.2.1\"", true)]
    [InlineData("reply = \"*(busy)*\"", true)]
    [InlineData("ingress-point=front-door", true)]
    [InlineData("state=held", true)]
    [InlineData("state!=held", false)]
    [InlineData("state=in-attempt or state=deferred", false)]
    [InlineData("attempts=2 or attempts=9 and size=1", true)]
    [InlineData("(attempts=2 or attempts=9) and size=1", false)]
    [InlineData("not attempts=2 and size=1", false)]
    [InlineData("not (attempts=2 and size=1)", true)]
    [InlineData("NOT not attempts=2", true)]
    public void A_filter_selects_what_it_says(string text, bool isSelected)
    {
        var filter = QueueFilter.TryParse(text, out var error);
        Assert.Null(error);
        Assert.Equal(isSelected, filter!.Matches(Entry, Epoch));
    }

    [Fact]
    public void An_id_selects_its_message()
    {
        Assert.True(QueueFilter.TryParse($"id={Entry.MessageId}", out _)!.Matches(Entry, Epoch));
        Assert.False(QueueFilter.TryParse($"id={MessageId.New(Epoch)}", out _)!.Matches(Entry, Epoch));
    }

    [Theory]
    [InlineData("colour=red", "column 1: there is no field 'colour'")]
    [InlineData("size=1 and colour=red", "column 12: there is no field 'colour'")]
    [InlineData("size", "column 5: an operator is expected")]
    [InlineData("size=", "column 6: a value is expected")]
    [InlineData("size=many", "column 6: 'many' is no size, as 10KiB")]
    [InlineData("size=1kib", "column 6: '1kib' is no size")]
    [InlineData("size=9999999999999", "column 6: '9999999999999' is no size")]
    [InlineData("age>2", "column 5: '2' is no duration, as 2h")]
    [InlineData("age>h", "column 5: 'h' is no duration")]
    [InlineData("attempts>-1", "column 10: '-1' is no number")]
    [InlineData("attempts~1", "column 9: numbers are compared by")]
    [InlineData("attempts==1", "column 9: there is no operator '=='")]
    [InlineData("sender>a", "column 7: texts are compared by")]
    [InlineData("state=open", "column 7: there is no state 'open'")]
    [InlineData("state<held", "column 6: states are compared by")]
    [InlineData("(size=1", "column 8: ')' is expected")]
    [InlineData("size=1)", "column 7: 'and', 'or' or the end is expected")]
    [InlineData("size=1 size=2", "column 8: 'and', 'or' or the end is expected")]
    [InlineData("reply~\"busy", "column 7: the quote is not closed")]
    [InlineData("and size=1", "column 5: an operator is expected")]
    [InlineData("\"size\"=1", "column 1: a field is expected")]
    public void A_wrong_filter_is_refused_with_the_column(string text, string error)
    {
        Assert.Null(QueueFilter.TryParse(text, out var told));
        Assert.StartsWith(error, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_is_bounded()
    {
        Assert.NotNull(QueueFilter.TryParse(new string('(', 49) + "size=1" + new string(')', 49), out _));
        Assert.Null(QueueFilter.TryParse(new string('(', 100_000), out var error));
        Assert.Equal("column 51: more than 50 levels", error);
    }
}
