using System.Text;
using CsCheck;
using MailManager.Smtp.Grammar;

namespace MailManager.Smtp.Tests.Grammar;

public class CommandTests
{
    [Theory]
    [InlineData("EHLO client.example", SmtpVerb.Ehlo, "client.example")]
    [InlineData("ehlo   client.example  ", SmtpVerb.Ehlo, "client.example")]
    [InlineData("MAIL FROM:<a@b.example>", SmtpVerb.Mail, "FROM:<a@b.example>")]
    [InlineData("data", SmtpVerb.Data, "")]
    [InlineData("StartTLS", SmtpVerb.StartTls, "")]
    [InlineData("MAILFROM:<a@b>", SmtpVerb.Unknown, "")]
    [InlineData("", SmtpVerb.Unknown, "")]
    [InlineData(" NOOP", SmtpVerb.Unknown, "NOOP")]
    [InlineData("AUTH PLAIN", SmtpVerb.Auth, "PLAIN")]
    [InlineData("bdat 5 LAST", SmtpVerb.Bdat, "5 LAST")]
    [InlineData("xclient ADDR=1", SmtpVerb.XClient, "ADDR=1")]
    [InlineData("GET / HTTP/1.1", SmtpVerb.Foreign, "/ HTTP/1.1")]
    public void Parse_line_gives_verb_and_argument(string line, SmtpVerb verb, string argument)
    {
        var command = CommandLine.Parse(Encoding.ASCII.GetBytes(line));

        Assert.Equal(verb, command.Verb);
        Assert.Equal(argument, Encoding.ASCII.GetString(command.Argument));
    }

    [Theory]
    [InlineData("FROM:<a@b.example>", "a@b.example", 0, BodyType.SevenBit)]
    [InlineData("from: <a@b.example>", "a@b.example", 0, BodyType.SevenBit)]
    [InlineData("FROM:<>", "", 0, BodyType.SevenBit)]
    [InlineData("FROM:<> SIZE=12 BODY=8BITMIME", "", 12, BodyType.EightBitMime)]
    [InlineData("FROM:<a@b.example>  body=7bit size=99", "a@b.example", 99, BodyType.SevenBit)]
    [InlineData("FROM:<@relay.example,@two.example:a@b.example>", "a@b.example", 0, BodyType.SevenBit)]
    [InlineData("FROM:<\"a>b\"@b.example>", "\"a>b\"@b.example", 0, BodyType.SevenBit)]
    [InlineData("FROM:<> SIZE=18446744073709551616", "", long.MaxValue, BodyType.SevenBit)]
    public void Mail_valid_argument_is_read(string argument, string path, long size, BodyType body)
    {
        Assert.True(MailCommand.TryParse(Encoding.ASCII.GetBytes(argument), out var command, out _));
        Assert.Equal(path, Encoding.ASCII.GetString(command.ReversePath));
        Assert.Equal(size, command.Size);
        Assert.Equal(body, command.Body);
    }

    [Theory]
    [InlineData("", 501)]
    [InlineData("TO:<a@b.example>", 501)]
    [InlineData("FROM:a@b.example", 553)]
    [InlineData("FROM:<a@b.example", 553)]
    [InlineData("FROM:<postmaster>", 553)]
    [InlineData("FROM:<@relay.example>", 553)]
    [InlineData("FROM:<@:a@b.example>", 553)]
    [InlineData("FROM:<a@b.example>SIZE=1", 501)]
    [InlineData("FROM:<a@b.example> SIZE=", 501)]
    [InlineData("FROM:<a@b.example> SIZE=-1", 501)]
    [InlineData("FROM:<a@b.example> SIZE=+5", 501)]
    [InlineData("FROM:<a@b.example> SIZE=5x", 501)]
    [InlineData("FROM:<a@b.example> SIZE=999999999999999999999", 501)]
    [InlineData("FROM:<a@b.example> BODY=BINARY", 501)]
    [InlineData("FROM:<a@b.example> BODY", 501)]
    [InlineData("FROM:<a@b.example> =x", 501)]
    [InlineData("FROM:<a@b.example> BODY=7BIT BODY=8BITMIME", 501)]
    [InlineData("FROM:<a@b.example> RET=BODY", 501)]
    [InlineData("FROM:<a@b.example> RET=FULL RET=HDRS", 501)]
    [InlineData("FROM:<a@b.example> ENVID=", 501)]
    [InlineData("FROM:<a@b.example> ENVID=a+", 501)]
    [InlineData("FROM:<a@b.example> ENVID=a+0", 501)]
    [InlineData("FROM:<a@b.example> ENVID=a+00b", 501)]
    [InlineData("FROM:<a@b.example> ENVID=a+0D+0A", 501)]
    [InlineData("FROM:<a@b.example> ENVID=a+3d", 501)]
    [InlineData("FROM:<a@b.example> SMTPUTF8=yes", 501)]
    [InlineData("FROM:<a@b.example> REQUIRETLS=yes", 501)]
    [InlineData("FROM:<a@b.example> AUTH", 501)]
    [InlineData("FROM:<a@b.example> VERP", 555)]
    [InlineData("FROM:<\u00fc@b.example>", 553)]
    [InlineData("FROM:<a@b\u00fccher.example>", 553)]
    public void Mail_invalid_argument_names_its_reply(string argument, int code)
    {
        Assert.False(MailCommand.TryParse(Encoding.UTF8.GetBytes(argument), out _, out var refusal));
        Assert.Equal(code, refusal.Code);
    }

    [Theory]
    [InlineData("FROM:<a@b.example> SMTPUTF8", "a@b.example")]
    [InlineData("FROM:<\u00fc@b\u00fccher.example> SMTPUTF8", "\u00fc@b\u00fccher.example")]
    [InlineData("FROM:<\"\u00fc \"@b.example> smtputf8 BODY=8BITMIME", "\"\u00fc \"@b.example")]
    public void Mail_with_smtputf8_takes_any_script(string argument, string path)
    {
        Assert.True(MailCommand.TryParse(Encoding.UTF8.GetBytes(argument), out var command, out _));
        Assert.True(command.IsUtf8);
        Assert.Equal(path, Encoding.UTF8.GetString(command.ReversePath));
    }

    [Theory]
    [InlineData("FROM:<a\u0085@b.example> SMTPUTF8")]
    [InlineData("FROM:<a\u2028@b.example> SMTPUTF8")]
    [InlineData("FROM:<a\u202e@b.example> SMTPUTF8")]
    [InlineData("FROM:<a\u00a0@b.example> SMTPUTF8")]
    public void Mail_with_smtputf8_takes_no_character_that_moves_text(string argument)
    {
        Assert.False(MailCommand.TryParse(Encoding.UTF8.GetBytes(argument), out _, out var refusal));
        Assert.Equal(553, refusal.Code);
    }

    [Fact]
    public void Mail_overlong_utf8_is_refused()
    {
        byte[] argument = [.. "FROM:<a"u8, 0xC0, 0xAE, .. "@b.example> SMTPUTF8"u8];
        Assert.False(MailCommand.TryParse(argument, out _, out var refusal));
        Assert.Equal(553, refusal.Code);
    }

    [Fact]
    public void Mail_dsn_and_tls_parameters_are_read()
    {
        Assert.True(MailCommand.TryParse("FROM:<a@b.example> RET=HDRS ENVID=QQ314159+2B REQUIRETLS BODY=BINARYMIME AUTH=<>"u8, out var command, out _));
        Assert.Equal(DsnReturn.Headers, command.Return);
        Assert.Equal("QQ314159+2B"u8, command.EnvelopeId);
        Assert.True(command.RequireTls);
        Assert.Equal(BodyType.BinaryMime, command.Body);
    }

    [Theory]
    [InlineData("NOTIFY=NEVER", DsnNotify.Never, "")]
    [InlineData("NOTIFY=success,Failure", DsnNotify.Success | DsnNotify.Failure, "")]
    [InlineData("NOTIFY=DELAY ORCPT=rfc822;a+2Bb@b.example", DsnNotify.Delay, "rfc822;a+2Bb@b.example")]
    [InlineData("ORCPT=utf-8;\\x{FC}@b.example", DsnNotify.Unspecified, "utf-8;\\x{FC}@b.example")]
    public void Rcpt_dsn_parameters_are_read(string parameters, DsnNotify notify, string original)
    {
        Assert.True(RcptCommand.TryParse(Encoding.ASCII.GetBytes($"TO:<a@b.example> {parameters}"), out var command, out _));
        Assert.Equal(notify, command.Notify);
        Assert.Equal(original, Encoding.ASCII.GetString(command.OriginalRecipient));
    }

    [Theory]
    [InlineData("TO:<a@b.example>", "a@b.example")]
    [InlineData("to:<Postmaster>", "Postmaster")]
    [InlineData("TO:<@relay.example:a@b.example>", "a@b.example")]
    public void Rcpt_valid_argument_is_read(string argument, string path)
    {
        Assert.True(RcptCommand.TryParse(Encoding.ASCII.GetBytes(argument), out var command, out _));
        Assert.Equal(path, Encoding.ASCII.GetString(command.ForwardPath));
    }

    [Theory]
    [InlineData("TO:<>", 553)]
    [InlineData("TO:<user>", 553)]
    [InlineData("TO:<a@b.example> NOTIFY", 501)]
    [InlineData("TO:<a@b.example> NOTIFY=", 501)]
    [InlineData("TO:<a@b.example> NOTIFY=SUCCESS,", 501)]
    [InlineData("TO:<a@b.example> NOTIFY=NEVER,SUCCESS", 501)]
    [InlineData("TO:<a@b.example> NOTIFY=NEVER NOTIFY=NEVER", 501)]
    [InlineData("TO:<a@b.example> ORCPT=a@b.example", 501)]
    [InlineData("TO:<a@b.example> ORCPT=rfc822;", 501)]
    [InlineData("TO:<a@b.example> ORCPT=;a@b.example", 501)]
    [InlineData("TO:<a@b.example> ORCPT=rfc822;a+00@b.example", 501)]
    [InlineData("TO:<a@b.example> ORCPT=rfc822;a+0A@b.example", 501)]
    [InlineData("TO:<a@b.example> XDSN=1", 555)]
    [InlineData("TO:<a@b.example> <c@d.example>", 501)]
    [InlineData("FROM:<a@b.example>", 501)]
    public void Rcpt_invalid_argument_names_its_reply(string argument, int code)
    {
        Assert.False(RcptCommand.TryParse(Encoding.ASCII.GetBytes(argument), out _, out var refusal));
        Assert.Equal(code, refusal.Code);
    }

    [Fact]
    public void Parse_any_octets_never_throws_and_a_failure_always_names_a_reply()
    {
        Gen.OneOf(
            Gen.Byte.Array[0, 300],
            Gen.String[Gen.Char["<>@:,.\"\\ =[]aFROMTSIZE1"], 0, 60].Select(text => Encoding.Latin1.GetBytes("FROM:<" + text)))
            .Sample(octets =>
            {
                _ = CommandLine.Parse(octets).Verb;
                return (MailCommand.TryParse(octets, out _, out var mail) || mail.IsPermanent)
                    && (RcptCommand.TryParse(octets, out _, out var rcpt) || rcpt.IsPermanent);
            }, iter: 50_000);
    }

    [Fact]
    public void Parse_allocates_nothing()
    {
        var mail = "MAIL FROM:<user+tag@mail.example.com> SIZE=10240 BODY=8BITMIME RET=FULL ENVID=id+2B1"u8.ToArray();
        var rcpt = "RCPT TO:<someone@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;someone@example.com"u8.ToArray();
        var parsed = ParseBoth(mail, rcpt);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            parsed &= ParseBoth(mail, rcpt);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(parsed);
    }

    private static bool ParseBoth(byte[] mail, byte[] rcpt) =>
        MailCommand.TryParse(CommandLine.Parse(mail).Argument, out _, out _) && RcptCommand.TryParse(CommandLine.Parse(rcpt).Argument, out _, out _);
}
