using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>Well-formed replies whose code is wrong for the command, or means something of its own there.</summary>
internal static class CodeLies
{
    public static IEnumerable<Lie> All() =>
    [
        Retried("the greeting", PeerStage.Connect, "354 go"),
        Retried("the greeting", PeerStage.Connect, "554 5.7.1 not you"),
        Delivered("the greeting", PeerStage.Connect, "250 hello"),
        Retried("EHLO", "EHLO", "354 go"),
        Retried("EHLO", "EHLO", "554 5.7.1 not you"),
        Delivered("EHLO", "EHLO", "220 hello"),
        Delivered("EHLO", "EHLO", "502 5.5.1 what"),
        Delivered("MAIL", "MAIL", "220 fine"),
        Retried("MAIL", "MAIL", "354 go"),
        Retried("MAIL", "MAIL", "530 5.7.0 Must issue a STARTTLS command first"),
        Bounced("MAIL", "MAIL", "550 5.7.1 not this sender"),
        Delivered("the second RCPT", "RCPT", "220 fine", 2),
        Delivered("the second RCPT", "RCPT", "251 5.1.6 will forward", 2),
        Lying.At("to the second RCPT: 354 go", "RCPT", 2, PeerAction.Reply("354 go"), [Ending.Delivered, Ending.Retried, Ending.Delivered], "354 go"),
        Lying.At("to the second RCPT: 452", "RCPT", 2, PeerAction.Reply("452 4.2.2 full"), [Ending.Delivered, Ending.Retried, Ending.Delivered], "452 4.2.2 full"),
        Lying.At("to the second RCPT: 552", "RCPT", 2, PeerAction.Reply("552 too many recipients"), [Ending.Delivered, Ending.Retried, Ending.Delivered], "552 too many"),
        Lying.At("to the second RCPT: 550", "RCPT", 2, PeerAction.Reply("550 5.1.1 unknown"), [Ending.Delivered, Ending.Bounced, Ending.Delivered], null),
        Lying.At("to the second RCPT: 550 with a good status", "RCPT", 2, PeerAction.Reply("550 2.1.5 fine"), [Ending.Delivered, Ending.Bounced, Ending.Delivered], null),
        Lying.At("to the second RCPT: 450 with a bad status", "RCPT", 2, PeerAction.Reply("450 5.1.1 unknown"), [Ending.Delivered, Ending.Retried, Ending.Delivered], "450"),
        new("to every RCPT: 550", Lying.AllBounced, null, (script, _) => script.On("RCPT", "550 5.1.1 unknown")),
        new("to every RCPT: 550, to DATA: 354", Lying.AllBounced, null, (script, _) => script.On("RCPT", "550 5.1.1 unknown").On("DATA", "354 go", 1)) { IsPipelined = true },
        new("to every RCPT: 354", Lying.AllRetried, "354 go", (script, _) => script.On("RCPT", "354 go")),
        Retried("DATA", "DATA", "250 fine"),
        Retried("DATA", "DATA", "220 fine"),
        Retried("DATA", "DATA", "350 nearly"),
        Retried("DATA", "DATA", "421 4.3.2 busy"),
        Bounced("DATA", "DATA", "554 5.6.9 never"),
        Delivered("the final dot", PeerStage.EndOfData, "220 fine"),
        Retried("the final dot", PeerStage.EndOfData, "354 go"),
        Bounced("the final dot", PeerStage.EndOfData, "554 5.6.9 never"),
    ];

    private static Lie Retried(string point, string stage, string reply) => Row(point, stage, reply, 1, Lying.AllRetried, reply);

    private static Lie Delivered(string point, string stage, string reply, int occurrence = 1) => Row(point, stage, reply, occurrence, Lying.AllDelivered, null);

    private static Lie Bounced(string point, string stage, string reply) => Row(point, stage, reply, 1, Lying.AllBounced, null);

    private static Lie Row(string point, string stage, string reply, int occurrence, Ending[] endings, string? reason) =>
        Lying.At($"to {point}: {reply}", stage, occurrence, PeerAction.Reply(reply), endings, reason);
}
