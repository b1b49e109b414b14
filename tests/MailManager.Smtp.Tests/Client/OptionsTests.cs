using System.Buffers;
using System.Text;
using MailManager.Smtp.Client;
using MailManager.Smtp.Grammar;

namespace MailManager.Smtp.Tests.Client;

public sealed class OptionsTests
{
    [Fact]
    public void Extensions_of_delivery_are_read()
    {
        var capabilities = ServerCapabilities.Parse("mx.test greets you\ndsn\nSMTPUTF8\nCHUNKING\nBINARYMIME\nREQUIRETLS\nLIMITS RCPTMAX=20 MAILMAX=5 RCPTDOMAINMAX=1");
        Assert.True(capabilities.Dsn && capabilities.SmtpUtf8 && capabilities.BinaryMime && capabilities.RequireTls);
        Assert.Equal((20, 5, "mx.test"), (capabilities.MaxRecipients, capabilities.MaxTransactions, capabilities.ServerName));
        Assert.False(ServerCapabilities.Parse("mx\nBINARYMIME").BinaryMime);
    }

    [Theory]
    [InlineData("RCPTMAX=0")]
    [InlineData("RCPTMAX=-1")]
    [InlineData("RCPTMAX=1234567")]
    [InlineData("RCPTMAX=")]
    [InlineData("RCPTMAX")]
    [InlineData("RCPTMAX= 5")]
    public void A_limit_that_is_none_says_nothing(string limit) => Assert.Equal(0, ServerCapabilities.Parse("mx\nLIMITS " + limit).MaxRecipients);

    [Theory]
    [InlineData("ü@example.com", true)]
    [InlineData("u@bücher.example", true)]
    [InlineData("a\u0085b@example.com", false)]
    [InlineData("a\u2028b@example.com", false)]
    [InlineData("a\ud800b@example.com", false)]
    [InlineData("ü>@example.com", false)]
    [InlineData("ü\r\n@example.com", false)]
    public void Only_safe_utf8_is_put_in_commands(string path, bool isSafe)
    {
        Assert.Equal(isSafe, CommandWriter.IsSafePath(path, isUtf8: true));
        Assert.False(CommandWriter.IsSafePath(path, isUtf8: false));
    }

    [Fact]
    public void A_utf8_path_is_as_long_as_its_octets()
    {
        Assert.True(CommandWriter.IsSafePath(new string('ü', 160), isUtf8: true));
        Assert.False(CommandWriter.IsSafePath(new string('ü', 161), isUtf8: true));
    }

    [Fact]
    public void All_parameters_of_a_command_are_written()
    {
        var output = new ArrayBufferWriter<byte>();
        CommandWriter.WriteMail(
            output, "ü@x", 10, BodyType.BinaryMime, new MailOptions { IsUtf8 = true, RequireTls = true, Return = DsnReturn.Full, EnvelopeId = "a" });
        CommandWriter.WriteRecipient(output, "ü@x", isUtf8: true, new RecipientOptions(DsnNotify.Success | DsnNotify.Failure | DsnNotify.Delay, "rfc822;a"));
        CommandWriter.WriteChunkHeader(output, long.MaxValue, isLast: true);
        Assert.Equal(
            "MAIL FROM:<ü@x> SIZE=10 BODY=BINARYMIME SMTPUTF8 REQUIRETLS RET=FULL ENVID=a\r\nRCPT TO:<ü@x> NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;a\r\nBDAT 9223372036854775807 LAST\r\n",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
