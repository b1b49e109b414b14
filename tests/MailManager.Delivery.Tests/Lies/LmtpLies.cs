using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>LMTP (RFC 2033): one reply for each recipient that RCPT took. From a reply that is none on, nobody counts as served, and nobody as refused.</summary>
internal static class LmtpLies
{
    private static readonly Ending[] FirstOnly = [Ending.Delivered, Ending.Retried, Ending.Retried];

    private static readonly Ending[] AllButSecond = [Ending.Delivered, Ending.Retried, Ending.Delivered];

    public static IEnumerable<Lie> All() => Rows().Select(lie => lie with { Speech = Speech.Lmtp });

    private static IEnumerable<Lie> Rows() =>
    [
        Second("closed", new PeerAction.Close(), FirstOnly, Lying.Lost),
        Second("reset", new PeerAction.Reset(), FirstOnly, Lying.Lost),
        Second("silence", new PeerAction.Hang(), FirstOnly, Lying.TimedOut),
        Second("half a reply, then silence", new PeerAction.Hang(Lying.Octets("250-2.1.5 taken\r\n")), FirstOnly, Lying.TimedOut),
        Second("lines without end", new PeerAction.Flood(Lying.Octets("250-more\r\n")), FirstOnly, Lying.Invalid),
        Second("a word", PeerAction.ReplyAndClose("what?"), FirstOnly, Lying.Invalid),
        Second("a code of four digits", PeerAction.ReplyAndClose("2500 Ok"), FirstOnly, Lying.Invalid),
        Second("354", PeerAction.ReplyAndClose("354 go on"), FirstOnly, "354 go on"),
        Second("1yz", PeerAction.ReplyAndClose("150 one moment"), FirstOnly, Lying.Invalid),
        Second("good and bad", PeerAction.ReplyAndClose("250-2.1.5 taken\r\n550 5.2.1 or not"), FirstOnly, Lying.Invalid),
        Second("421", PeerAction.Reply("421 4.3.2 closing"), AllButSecond, "421 4.3.2 closing"),
        Second("421, then the end", PeerAction.ReplyAndClose("421 4.3.2 closing"), FirstOnly, "421 4.3.2 closing"),
        Second("452", PeerAction.Reply("452 4.2.2 full"), AllButSecond, "452 4.2.2 full"),
        Second("550", PeerAction.Reply("550 5.2.1 disabled"), [Ending.Delivered, Ending.Bounced, Ending.Delivered], null),
        Second("octet by octet", new PeerAction.Split(Lying.Octets("250-2.1.5 taken\r\n250 2.1.5 indeed\r\n")), Lying.AllDelivered, null),
        Lying.At("one reply for three recipients, then the end", PeerStage.EndOfData, 1, PeerAction.ReplyAndClose("451 4.3.0 later"), Lying.AllRetried, "451 4.3.0 later"),
        Lying.At("one reply too few", PeerStage.EndOfData, 3, new PeerAction.Hang(), [Ending.Delivered, Ending.Delivered, Ending.Retried], Lying.TimedOut),
        Lying.At("one reply too many", PeerStage.EndOfData, 3, PeerAction.Reply("250 2.1.5 taken\r\n250 2.1.5 and another"), Lying.AllDelivered, null),
        Lying.At("ten replies too many", PeerStage.EndOfData, 3, PeerAction.Reply("250 2.1.5 taken" + string.Concat(Enumerable.Repeat("\r\n550 5.2.1 no", 10))), Lying.AllDelivered, null),
        new("every message for a recipient refused", Lying.AllBounced, null, (script, _) => script.On(PeerStage.EndOfData, "550 5.2.1 disabled")),
        Lying.At("closed before a reply for anybody", PeerStage.EndOfData, 1, new PeerAction.Close(), Lying.AllRetried, Lying.Lost),
        new("one recipient refused by RCPT, one by the content", [Ending.Bounced, Ending.Bounced, Ending.Delivered], null, (script, _) => script
            .On("RCPT", "550 5.1.1 unknown", 1)
            .On(PeerStage.EndOfData, "550 5.2.1 disabled", 1)),
        new("another protocol", Lying.AllRetried, "refused at hello: 500", (script, _) => script.On("LHLO", "500 5.5.1 what")),
    ];

    private static Lie Second(string what, PeerAction action, Ending[] endings, string? reason) =>
        Lying.At($"for the second recipient: {what}", PeerStage.EndOfData, 2, action, endings, reason);
}
