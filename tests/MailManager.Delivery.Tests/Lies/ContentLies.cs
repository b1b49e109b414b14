using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>In the middle of the content and after its final dot, where only the peer knows whether it has the message.</summary>
internal static class ContentLies
{
    public static IEnumerable<Lie> All() =>
    [
        Lying.At("in the content: closed", PeerStage.Content, 1, new PeerAction.Close(), Lying.AllRetried, Lying.Lost),
        Lying.At("in the content: reset", PeerStage.Content, 1, new PeerAction.Reset(), Lying.AllRetried, Lying.Lost),
        Lying.At("in the content: silence", PeerStage.Content, 1, new PeerAction.Hang(), Lying.AllRetried, Lying.TimedOut),
        Lying.At("in the content: 421, then the end", PeerStage.Content, 1, PeerAction.ReplyAndClose("421 4.3.2 closing"), Lying.AllRetried, "421 4.3.2 closing"),
        Lying.At("in the content: 552, then the end", PeerStage.Content, 1, PeerAction.ReplyAndClose("552 5.3.4 too large"), Lying.AllBounced, null),
        Lying.At("in the content: a word", PeerStage.Content, 1, PeerAction.ReplyAndClose("what?"), Lying.AllRetried, Lying.Invalid),
        Lying.At("answered and closed", PeerStage.EndOfData, 1, new PeerAction.Take(PeerAction.ReplyAndClose("250 2.0.0 queued")), Lying.AllDelivered, null),
        Taken("closed", new PeerAction.Close(), Lying.Lost),
        Taken("reset", new PeerAction.Reset(), Lying.Lost),
        Taken("half a reply, then the end", new PeerAction.SendAndClose(Lying.Octets("250 2.0")), Lying.Lost),
        Taken("silence", new PeerAction.Hang(), Lying.TimedOut),
        Taken("half a reply, then silence", new PeerAction.Hang(Lying.Octets("250-2.0.0 queued\r\n")), Lying.TimedOut),
        Taken("a word", PeerAction.Reply("queued"), Lying.Invalid),
        Taken("354", PeerAction.Reply("354 go on"), "354 go on"),
        Taken("421, then the end", PeerAction.ReplyAndClose("421 4.3.2 closing"), "421 4.3.2 closing"),
        Taken("451", PeerAction.Reply("451 4.3.0 later"), "451 4.3.0 later"),
    ];

    private static Lie Taken(string what, PeerAction action, string reason) =>
        Lying.At($"taken, yet to the final dot: {what}", PeerStage.EndOfData, 1, new PeerAction.Take(action), Lying.AllRetried, reason) with { Copies = 2 };
}
