using MailManager.Smtp.Client;

namespace MailManager.Smtp.Tests.Client;

public sealed class ServerCapabilitiesTests
{
    [Fact]
    public void Extensions_are_read_whatever_their_case()
    {
        var capabilities = ServerCapabilities.Parse("mx.test\nPipelining\nsize 1000\n8BITMIME\nSTARTTLS\nAUTH GSSAPI CRAM-MD5 plain LOGIN Scram-SHA-256 PLAIN");
        Assert.True(capabilities.Pipelining && capabilities.EightBitMime && capabilities.StartTls && capabilities.Size);
        Assert.Equal([AuthMechanism.CramMd5, AuthMechanism.Plain, AuthMechanism.Login, AuthMechanism.ScramSha256], capabilities.AuthMechanisms);
        Assert.Equal(1000, capabilities.MaxSize);
    }

    [Fact]
    public void The_first_line_is_a_name_and_nothing_else()
    {
        var capabilities = ServerCapabilities.Parse("PIPELINING\nSIZE x\nAUTH=LOGIN\nAUTHPLAIN PLAIN");
        Assert.False(capabilities.Pipelining);
        Assert.True(capabilities.Size);
        Assert.Equal([AuthMechanism.Login], capabilities.AuthMechanisms);
        Assert.Equal(0, capabilities.MaxSize);
    }

    [Theory]
    [InlineData("user@example.com", true)]
    [InlineData("", true)]
    [InlineData("\"a b\"@example.com", true)]
    [InlineData("a@b>\r\nRCPT TO:<c@d", false)]
    [InlineData("a@b\nx", false)]
    [InlineData("a\0@b", false)]
    [InlineData("\"a>b\"@example.com", false)]
    [InlineData("ü@example.com", false)]
    public void Only_safe_paths_are_put_in_commands(string path, bool isSafe) => Assert.Equal(isSafe, CommandWriter.IsSafePath(path, isUtf8: false));
}
