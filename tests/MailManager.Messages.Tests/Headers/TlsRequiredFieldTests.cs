using System.Text;
using MailManager.Messages.Headers;

namespace MailManager.Messages.Tests.Headers;

public sealed class TlsRequiredFieldTests
{
    [Theory]
    [InlineData("TLS-Required: No", true)]
    [InlineData("tls-required:no", true)]
    [InlineData("TLS-Required:\r\n No ", true)]
    [InlineData("TLS-Required: Yes", false)]
    [InlineData("TLS-Required: No way", false)]
    [InlineData("TLS-Required:", false)]
    [InlineData("X-TLS-Required: No", false)]
    [InlineData("TLS-Required: No\r\nTLS-Required: No", false)]
    [InlineData("Subject: x", false)]
    public void It_says_no_once(string field, bool expected)
    {
        var message = Encoding.ASCII.GetBytes($"From: a@example.com\r\n{field}\r\nTo: b@example.com\r\n\r\nTLS-Required: No\r\n");
        var index = new HeaderIndex();
        index.Build(message);
        Assert.Equal(expected, TlsRequiredField.SaysNo(index.View(message)));
    }
}
