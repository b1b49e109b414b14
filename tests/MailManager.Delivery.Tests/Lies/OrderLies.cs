using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>More replies than commands, fewer, and replies in advance. What they belong to is then not certain, so nobody may be bounced by them.</summary>
internal static class OrderLies
{
    public static IEnumerable<Lie> All() =>
    [
        Reply("the greeting and a reply to EHLO in advance", PeerStage.Connect, 1, "220 peer.test\r\n250 in advance", Lying.AllRetried, "refused at DATA: 250"),
        Reply("EHLO answered twice", "EHLO", 1, "250 peer.test\r\n250 again", Lying.AllRetried, "refused at DATA: 250"),
        Reply("MAIL answered twice", "MAIL", 1, "250 2.1.0 fine\r\n250 2.1.0 again", Lying.AllRetried, "refused at DATA: 250"),
        Reply("MAIL taken, then refused", "MAIL", 1, "250 2.1.0 fine\r\n550 5.7.1 no", Lying.AllRetried, "refused at DATA: 250"),
        Reply("a recipient taken, then refused", "RCPT", 1, "250 2.1.5 fine\r\n550 5.1.1 unknown", Lying.AllRetried, "refused at DATA: 250"),
        Reply("a recipient refused, then taken", "RCPT", 1, "550 5.1.1 unknown\r\n250 2.1.5 fine", Lying.AllRetried, "refused at DATA: 250"),
        Reply("DATA allowed, and the end answered in advance", "DATA", 1, "354 go\r\n250 2.0.0 queued", Lying.AllRetried, "out of step"),
        Reply("DATA allowed, and the end refused in advance", "DATA", 1, "354 go\r\n550 5.7.1 no", Lying.AllRetried, "out of step"),
        Reply("DATA allowed twice", "DATA", 1, "354 go\r\n354 go", Lying.AllRetried, "out of step"),
        Reply("the end answered twice", PeerStage.EndOfData, 1, "250 2.0.0 queued\r\n250 2.0.0 again", Lying.AllDelivered, null),
        Reply("the end answered, and RSET refused in advance", PeerStage.EndOfData, 1, "250 2.0.0 queued\r\n550 5.5.1 no", Lying.AllDelivered, null),
        Reply("the end answered, and 421 behind it", PeerStage.EndOfData, 1, "250 2.0.0 queued\r\n421 4.4.2 idle", Lying.AllDelivered, null),
        Reply("the end refused twice", PeerStage.EndOfData, 1, "550 5.7.1 no\r\n550 5.7.1 no", Lying.AllBounced, null),
        Missing("no reply to MAIL", "MAIL", 1) with
        {
            Tell = (script, _) => script.On("MAIL", new PeerAction.Send([]), 1).On("RCPT", "250 2.1.5 fine"),
        },
        Missing("no reply to the first RCPT", "RCPT", 1),
        Missing("no reply to the last RCPT", "RCPT", 3),
        new("all replies of a transaction at once, at MAIL", Lying.AllRetried, "out of step", (script, _) => script
            .On("MAIL", "250 fine\r\n250 a\r\n250 b\r\n250 c\r\n354 go\r\n250 queued")),
    ];

    private static Lie Reply(string name, string stage, int occurrence, string text, Ending[] endings, string? reason) =>
        Lying.At(name, stage, occurrence, PeerAction.Reply(text), endings, reason);

    /// <summary>Everything else is answered, so that each later reply stands one place too early.</summary>
    private static Lie Missing(string name, string stage, int occurrence) =>
        Lying.At(name, stage, occurrence, new PeerAction.Send([]), Lying.AllRetried, Lying.TimedOut) with { IsSilence = true, IsPipelined = true };
}
