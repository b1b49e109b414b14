using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>What is as wrong, or as right, at each point of the dialogue: how a reply ends, is cut, is formed.</summary>
internal static class AnyPointLies
{
    public static IEnumerable<Lie> All() => Point.All.SelectMany(point => Wrong(point).Concat(Right(point)));

    private static IEnumerable<Lie> Wrong(Point point)
    {
        var code = point.Code;
        (string What, PeerAction Action, string Reason)[] ways =
        [
            ("the connection is closed", new PeerAction.Close(), Lying.Lost),
            ("the connection is reset", new PeerAction.Reset(), Lying.Lost),
            ("half a code, then the end", new PeerAction.SendAndClose(Lying.Octets("25")), Lying.Lost),
            ("a reply without its line end, then the end", new PeerAction.SendAndClose(Lying.Octets($"{code} fine")), Lying.Lost),
            ("half of a reply of two lines, then the end", new PeerAction.SendAndClose(Lying.Octets($"{code}-fine\r\n")), Lying.Lost),
            ("silence", new PeerAction.Hang(), Lying.TimedOut),
            ("half a code, then silence", new PeerAction.Hang(Lying.Octets("25")), Lying.TimedOut),
            ("a reply without its line end, then silence", new PeerAction.Hang(Lying.Octets($"{code} fine\r")), Lying.TimedOut),
            ("half of a reply of two lines, then silence", new PeerAction.Hang(Lying.Octets($"{code}-fine\r\n")), Lying.TimedOut),
            ("lines without end", new PeerAction.Flood(Lying.Octets($"{code}-and more\r\n")), Lying.Invalid),
            ("a line without end", new PeerAction.Flood(Lying.Octets($"{code} and more ")), Lying.Invalid),
            ("garbage without end", new PeerAction.Flood(Lying.Octets("\u0000\u00ff\u0080")), Lying.Invalid),
            ("a line of 3000 octets", PeerAction.Reply($"{code} {new string('x', 3000)}"), Lying.Invalid),
            ("a word", PeerAction.Reply("what?"), Lying.Invalid),
            ("an empty line", PeerAction.Reply(""), Lying.Invalid),
            ("an empty line before the reply", PeerAction.Reply($"\r\n{code} fine"), Lying.Invalid),
            ("a space before the code", PeerAction.Reply($" {code} fine"), Lying.Invalid),
            ("HTTP", PeerAction.Reply("HTTP/1.1 400 Bad Request\r\n"), Lying.Invalid),
            ("a TLS alert", new PeerAction.Send(Lying.Octets("\u0015\u0003\u0001\u0000\u0002\u0002\u000a\r\n")), Lying.Invalid),
            ("NUL in the code", PeerAction.Reply("2\u00000 fine"), Lying.Invalid),
            ("8-bit in the code", PeerAction.Reply("\u00b2\u00b50 fine"), Lying.Invalid),
            ("a letter in the code", PeerAction.Reply("25O fine"), Lying.Invalid),
            ("a code of four digits", PeerAction.Reply($"{code}0 fine"), Lying.Invalid),
            ("a code of two digits", PeerAction.Reply("25 fine"), Lying.Invalid),
            ("an underscore behind the code", PeerAction.Reply($"{code}_fine"), Lying.Invalid),
            ("0yz", PeerAction.Reply("050 fine"), Lying.Invalid),
            ("1yz", PeerAction.Reply("150 one moment"), Lying.Invalid),
            ("6yz", PeerAction.Reply("650 worse"), Lying.Invalid),
            ("9yz", PeerAction.Reply("999 lines"), Lying.Invalid),
            ("another 3yz", PeerAction.Reply("334 go on"), "334 go on"),
            ("first good, then bad", PeerAction.Reply($"{code}-fine\r\n550 no"), Lying.Invalid),
            ("first bad, then good", PeerAction.Reply($"550-no\r\n{code} fine"), Lying.Invalid),
            ("codes that differ in the last digit", PeerAction.Reply($"{code}-fine\r\n{code + 1} fine"), Lying.Invalid),
            ("421", PeerAction.Reply("421 4.3.2 closing"), "421 4.3.2 closing"),
            ("421, then the end", PeerAction.ReplyAndClose("421 4.3.2 closing"), "421 4.3.2 closing"),
            ("4yz", PeerAction.Reply("451 4.3.0 later"), "451 4.3.0 later"),
        ];
        foreach (var (what, action, reason) in ways)
        {
            // A reset at the greeting may be seen by connect() already.
            var seen = point.Stage == PeerStage.Connect && action is PeerAction.Reset ? "" : reason;

            // A refusal of a recipient is for that one alone; each of these is otherwise for all.
            var endings = point.Stage == "RCPT" && (what is "4yz" or "another 3yz") ? Only(point.Occurrence, Ending.Retried) : Lying.AllRetried;

            // Who answers the content with something that begins with 2 has taken it.
            var isTaken = point.Stage == PeerStage.EndOfData && action is PeerAction.Send([(byte)'2', ..]);
            yield return Lying.At($"to {point.Name}: {what}", point.Stage, point.Occurrence, action, endings, seen) with { Copies = isTaken ? 2 : 1 };
        }

        yield return new Lie(
            $"to {point.Name}: an octet a minute, without end",
            Lying.AllRetried,
            Lying.TimedOut,
            (script, time) => script.On(point.Stage, new PeerAction.Drip(Lying.Octets($"{point.Code}-slow\r\n"), () => time.Advance(TimeSpan.FromMinutes(1))), point.Occurrence));
    }

    private static IEnumerable<Lie> Right(Point point)
    {
        var code = point.Code;
        (string What, PeerAction Action)[] ways =
        [
            ("octet by octet", new PeerAction.Split(Lying.Octets($"{code}-one\r\n{code}-two\r\n{code} three\r\n"))),
            ("the code alone", PeerAction.Reply($"{code}")),
            ("the code and a space", PeerAction.Reply($"{code} ")),
            ("a line end without CR", new PeerAction.Send(Lying.Octets($"{code} fine\n"))),
            ("60 lines", PeerAction.Reply(string.Concat(Enumerable.Repeat($"{code}-and more\r\n", 60)) + $"{code} fine")),
            ("a line of 1900 octets", PeerAction.Reply($"{code} {new string('x', 1900)}")),
            ("NUL, 8-bit and escapes in the text", PeerAction.Reply($"{code} \u0000\u00ff\u001b[31m fine")),
            ("a status that contradicts", PeerAction.Reply($"{code} 5.1.1 unknown")),
        ];
        return ways.Select(way => Lying.At($"to {point.Name}: {way.What}", point.Stage, point.Occurrence, way.Action, Lying.AllDelivered, null));
    }

    /// <summary>All delivered but one, counted from 1.</summary>
    private static Ending[] Only(int recipient, Ending ending) => [.. Enumerable.Range(1, 3).Select(i => i == recipient ? ending : Ending.Delivered)];
}
