using System.Globalization;
using CsCheck;

namespace MailManager.Smtp.Tests.Server;

/// <summary>What clients do next, as octets in Latin-1. <c>##</c> stands for the number of the step, <c>%</c> for two groups of IPv6 of the client's own.</summary>
internal static class SessionSteps
{
    private const string Login = "AUTH TWO b25l\r\ndHdv\r\n";

    private static readonly string[] Contents =
    [
        "", "x##\r\n", "spam##\r\n", "x\0##\r\n", "one##\r\n..\r\n.two\r\n", "a\r##\r\n", "a\n##\r\n", "a\n.\r\n", "a\r.\r\n##\r\n",
        "MAIL FROM:<evil##@x.example>\r\nRCPT TO:<evil##@x.example>\r\nDATA\r\nevil\r\n", "BDAT 4\r\n", "RSET\r\nx##\r\n",
        "x##" + new string('y', 118) + "\r\n",
    ];

    private static readonly string[] Chunks =
    [
        "", "x##", "\r\nx##", "a: b\r\n", "\r\n", "\r", "\n", "\0x##", "b\r##", "b\n##", ".\r\n", "\r\n.\r\n", "spam##",
        "RCPT TO:<evil##@x.example>\r\n", "RSET\r\nQUIT\r\n", new string('y', 70),
    ];

    private static readonly string[] Anywhere =
    [
        "RSET\r\n", "RSET x\r\n", "NOOP\r\n", "noop x\r\n", "VRFY someone\r\n", "EXPN list\r\n", "HELP\r\n", "ETRN x\r\n", "\r\n", "NOOP\n",
        "NOOP " + new string('x', 510) + "\r\n", "DATA x\r\n",
    ];

    /// <summary>In clear text, before STARTTLS: mostly so that it is in order.</summary>
    public static Gen<string[]> BeforeTls { get; } = Gen.Select(
        Steps(isLmtp: false, AnyOf("AUTH TWO b25l\r\n", "AUTH\r\n")).Array[0, 4],
        Gen.Int[0, 9],
        (steps, choice) => choice == 0 ? steps : choice < 5 ? [.. steps, "EHLO client.example\r\n"] : ["EHLO client.example\r\n", .. steps, "RSET\r\n"]);

    /// <summary>At most one in a session.</summary>
    public static Gen<SessionPause?> Pauses { get; } = Gen.Frequency(
        (6, Gen.Const(default(SessionPause))),
        (4, Gen.Select(
            AnyOf("", "", "DATA\r\n", "DATA\r\n", "BDAT", "AUTH", "STARTTLS"),
            Gen.Frequency((1, Gen.Const(0)), (1, Gen.Int[0, 12])),
            Gen.Frequency((2, Gen.Const(0)), (3, Gen.Int[1, 8]), (1, Gen.Int[1, 200])),
            Gen.Frequency((1, Gen.Const(false)), (3, Gen.Const(true))),
            SessionPause? (word, step, owed, isTooLong) => new SessionPause(word, step, owed, isTooLong))));

    /// <summary>
    /// All of a session, or what comes after STARTTLS. Most begin as a session should, some with a message: the errors allowed are soon spent.
    /// </summary>
    public static Gen<string[]> For(SessionKind kind)
    {
        var hello = kind.IsLmtp ? "LHLO client.example\r\n" : "EHLO client.example\r\n";
        var steps = kind.HasAuth
            ? Steps(
                kind.IsLmtp,
                AnyOf(
                    Login, Login, Login, "AUTH TWO b25l\r\n*\r\n", "AUTH TWO b25l\r\nd3Jvbmc=\r\n", "AUTH TWO b25l\r\nMAIL FROM:<a@b.example>\r\n",
                    "AUTH TWO b25l\r\n*\n", "AUTH TWO b25l\r\n", "AUTH ONE\r\n", "AUTH\r\n", "STARTTLS\r\n", "AUTH TWO b25l\r\nbmV2ZXI=\r\n"))
            : Steps(kind.IsLmtp, AnyOf("STARTTLS\r\n", "AUTH TWO b25l\r\n"));
        return Gen.Select(
            steps.Array[0, 30],
            AnyOf(Contents).Select(content => $"MAIL FROM:<a##@b.example>\r\nRCPT TO:<r##@d.example>\r\nDATA\r\n{content}.\r\n"),
            Gen.Int[0, 9],
            string[] (rest, message, choice) =>
            {
                string[] greeting = choice == 0 ? [] : kind.HasAuth && choice > 3 ? [hello, Login] : [hello];
                return choice > 6 ? [.. greeting, message, .. rest] : [.. greeting, .. rest];
            });
    }

    private static Gen<string> Steps(bool isLmtp, Gen<string> secure)
    {
        var hello = isLmtp ? "LHLO" : "EHLO";
        var mail = Gen.Select(
            Gen.Frequency(
                (16, AnyOf("a", "late")), (10, AnyOf("denied", "deniedlate", "begin", "full", "faultlate", "fault")),
                (1, AnyOf("slow", "deniedslow", "\u00C3\u00A9")), (1, AnyOf("overdue", "never", "endoverdue", "endnever")),
                (1, AnyOf("throw", "throwlate", "endthrow", "endthrowlate"))),
            Gen.Frequency(
                (6, Gen.Const("")), (2, AnyOf(" BODY=BINARYMIME", " SMTPUTF8", " BODY=8BITMIME SMTPUTF8")),
                (1, AnyOf(" REQUIRETLS", " SIZE=99999", " SIZE=10"))),
            (name, parameters) => $"MAIL FROM:<{name}##@b.example>{parameters}\r\n");
        var recipient = Gen.Frequency(
                (16, AnyOf("r", "late")), (6, AnyOf("denied", "deniedlate", "fill", "drain", "\u00C3\u00A9")), (1, AnyOf("slow", "deniedslow")),
                (1, AnyOf("overdue", "never", "throw", "throwlate")))
            .Select(name => $"RCPT TO:<{name}##@d.example>\r\n");
        var hellos = Gen.Frequency(
            (6, AnyOf($"{hello} client.example\r\n", $"{hello} [192.0.2.9]\r\n")),
            (1, AnyOf("HELO client.example\r\n", "EHLO client.example\r\n", "LHLO client.example\r\n", $"{hello} not a name\r\n")));
        var data = AnyOf(Contents).Select(content => $"DATA\r\n{content}.\r\n");
        var chunk = Gen.Select(AnyOf(Chunks), Gen.Bool, (octets, isLast) => Chunk(octets, octets.Length, isLast));
        var xclient = AnyOf(
            "XCLIENT ADDR=IPv6:2001:db8:%::1\r\n", "XCLIENT ADDR=IPv6:2001:db8:%::2 PROTO=SMTP HELO=claimed.example\r\n", "XCLIENT LOGIN=x\r\n",
            "XCLIENT ADDR=IPv6:2001:db8:bad::1\r\n");
        var rare = Gen.Frequency(
            (4, AnyOf(Chunks).Select(octets => Chunk(octets, octets.Length + 9, isLast: false))),
            (1, AnyOf("GET / HTTP/1.1\r\n", "QUIT\r\n", "BDAT\r\n", "BDAT -1\r\n", "BDAT 121 LAST\r\n", new string('z', 600) + "\r\n")));

        // Whole transactions, so that most sequences get somewhere, between steps in any order.
        var whole = Gen.Select(mail, recipient, Gen.OneOf(data, chunk), (first, second, third) => first + second + third);
        return Gen.Frequency((6, hellos), (8, mail), (10, recipient), (6, data), (8, chunk), (12, whole), (5, AnyOf(Anywhere)), (4, secure), (3, xclient), (2, rare));
    }

    private static Gen<string> AnyOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string Chunk(string octets, int announced, bool isLast) =>
        string.Create(CultureInfo.InvariantCulture, $"BDAT {announced}{(isLast ? " LAST" : "")}\r\n{octets}");
}
