using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>STARTTLS, its handshake, what is said under TLS, and AUTH. TLS and a login are required, so nothing may go on without.</summary>
internal static class SecuredLies
{
    public static IEnumerable<Lie> All() => Rows().Select(lie => lie with { Speech = Speech.Secured });

    private static IEnumerable<Lie> Rows() =>
    [
        Reply("STARTTLS: an EHLO reply behind the 220", "STARTTLS", 1, "220 go\r\n250-x\r\n250 AUTH PLAIN", "clear text injected"),
        Reply("STARTTLS: a login behind the 220", "STARTTLS", 1, "220 go\r\n235 2.7.0 welcome", "clear text injected"),
        Reply("STARTTLS: one octet behind the 220", "STARTTLS", 1, "220 go\r\n\n", "clear text injected"),
        Reply("STARTTLS: 454", "STARTTLS", 1, "454 4.7.0 not now", "454 4.7.0 not now"),
        Reply("STARTTLS: 502", "STARTTLS", 1, "502 5.5.1 what", "502 5.5.1 what"),
        Reply("STARTTLS: 354", "STARTTLS", 1, "354 go", "354 go"),
        Reply("STARTTLS: 421", "STARTTLS", 1, "421 4.3.2 closing", "421 4.3.2 closing"),
        Reply("STARTTLS: a word", "STARTTLS", 1, "what?", Lying.Invalid),
        Retried("STARTTLS: closed", "STARTTLS", 1, new PeerAction.Close(), Lying.Lost),
        Retried("STARTTLS: reset", "STARTTLS", 1, new PeerAction.Reset(), Lying.Lost),
        Retried("STARTTLS: silence", "STARTTLS", 1, new PeerAction.Hang(), Lying.TimedOut),
        Reply("EHLO without STARTTLS", "EHLO", 1, "250 peer.test", "TLS is required"),
        Retried("handshake: closed", PeerStage.Handshake, 1, new PeerAction.Close(), "TLS handshake"),
        Retried("handshake: reset", PeerStage.Handshake, 1, new PeerAction.Reset(), "TLS handshake"),
        Retried("handshake: silence", PeerStage.Handshake, 1, new PeerAction.Hang(), "timed out at TLS handshake"),
        Retried("handshake: half a record, then silence", PeerStage.Handshake, 1, new PeerAction.Hang(Lying.Octets("\u0016\u0003\u0003\u0040\u0000\u0002")), "timed out at TLS handshake"),
        Retried("handshake: garbage", PeerStage.Handshake, 1, PeerAction.ReplyAndClose("garbage that is no record of TLS"), "TLS: "),
        Retried("handshake: garbage without end", PeerStage.Handshake, 1, new PeerAction.Flood(Lying.Octets("\u00ff\u0000")), "TLS: "),
        Retried("handshake: a reply of SMTP", PeerStage.Handshake, 1, PeerAction.ReplyAndClose("250-peer.test\r\n250 AUTH PLAIN"), "TLS: "),
        Retried("handshake: an alert", PeerStage.Handshake, 1, new PeerAction.SendAndClose(Lying.Octets("\u0015\u0003\u0003\u0000\u0002\u0002\u0028")), "TLS: "),
        Retried("under TLS, to EHLO: closed", "EHLO", 2, new PeerAction.Close(), Lying.Lost),
        Retried("under TLS, to EHLO: silence", "EHLO", 2, new PeerAction.Hang(), Lying.TimedOut),
        Reply("under TLS, to EHLO: 421", "EHLO", 2, "421 4.3.2 closing", "421 4.3.2 closing"),
        Reply("under TLS, to EHLO: a word", "EHLO", 2, "what?", Lying.Invalid),
        Reply("under TLS, to EHLO: no AUTH", "EHLO", 2, "250 peer.test", "AUTH"),
        Lying.At("under TLS, octet by octet", "EHLO", 2, new PeerAction.Split(Lying.Octets("250-peer.test\r\n250 AUTH PLAIN\r\n")), Lying.AllDelivered, null),
        Retried("AUTH: closed", "AUTH", 1, new PeerAction.Close(), Lying.Lost),
        Retried("AUTH: silence", "AUTH", 1, new PeerAction.Hang(), Lying.TimedOut),
        Reply("AUTH: 535", "AUTH", 1, "535 5.7.8 wrong", "535 5.7.8 wrong"),
        Reply("AUTH: 454", "AUTH", 1, "454 4.7.0 later", "454 4.7.0 later"),
        Reply("AUTH: 421", "AUTH", 1, "421 4.3.2 closing", "421 4.3.2 closing"),
        Reply("AUTH: 354", "AUTH", 1, "354 go", "not base64"),
        Reply("AUTH: a challenge that is not base64", "AUTH", 1, "334 ***", "not base64"),
        Reply("AUTH: challenges without end", "AUTH", 1, "334 eA==", "more than its mechanism") with
        {
            Tell = (script, _) => script.On("AUTH", "334 eA==").On(PeerStage.AuthResponse, "334 eA=="),
        },
        Retried("under TLS, to MAIL: closed", "MAIL", 1, new PeerAction.Close(), Lying.Lost),
        Retried("under TLS, to MAIL: reset", "MAIL", 1, new PeerAction.Reset(), Lying.Lost),
        Retried("under TLS, in the content: reset", PeerStage.Content, 1, new PeerAction.Reset(), Lying.Lost),
        Retried("under TLS, taken, yet to the final dot: reset", PeerStage.EndOfData, 1, new PeerAction.Take(new PeerAction.Reset()), Lying.Lost) with { Copies = 2 },
        Retried("under TLS, taken, yet to the final dot: silence", PeerStage.EndOfData, 1, new PeerAction.Take(new PeerAction.Hang()), Lying.TimedOut) with { Copies = 2 },
    ];

    private static Lie Reply(string name, string stage, int occurrence, string text, string reason) => Retried(name, stage, occurrence, PeerAction.Reply(text), reason);

    private static Lie Retried(string name, string stage, int occurrence, PeerAction action, string reason) =>
        Lying.At(name, stage, occurrence, action, Lying.AllRetried, reason);
}
