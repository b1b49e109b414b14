using MailManager.Interop.Tests.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>curl, which checks the server's certificate against its name and knows no LMTP.</summary>
[Collection(nameof(EdgeCollection))]
public class CurlTests(EdgeGateway gateway)
{
    private const string Login = "--user submission:" + EdgeGateway.Password;

    [Theory]
    [InlineData(EdgeListener.Plain, "smtp", "", "ESMTP")]
    [InlineData(EdgeListener.Plain, "smtp", "--ssl-reqd", "ESMTPS")]
    [InlineData(EdgeListener.Plain, "smtp", "--ssl-reqd --tls-max 1.2", "ESMTPS")]
    [InlineData(EdgeListener.Required, "smtp", "--ssl-reqd", "ESMTPS")]
    [InlineData(EdgeListener.Implicit, "smtps", "", "ESMTPS")]
    [InlineData(EdgeListener.Submission, "smtp", "--ssl-reqd --login-options AUTH=PLAIN " + Login, "ESMTPSA")]
    [InlineData(EdgeListener.Submission, "smtp", "--ssl-reqd --sasl-ir --login-options AUTH=PLAIN " + Login, "ESMTPSA")]
    [InlineData(EdgeListener.Submission, "smtp", "--ssl-reqd --login-options AUTH=LOGIN " + Login, "ESMTPSA")]
    [InlineData(EdgeListener.SubmissionImplicit, "smtps", Login, "ESMTPSA")]
    [InlineData(EdgeListener.Mutual, "smtp", "--ssl-reqd --cert {cert} --key {key}", "ESMTPS")]
    [InlineData(EdgeListener.MutualImplicit, "smtps", "--cert {cert} --key {key}", "ESMTPS")]
    public async Task A_message_arrives_once_and_whole(EdgeListener listener, string scheme, string options, string with)
    {
        var token = Token.Next();

        await RunAsync(0, listener, scheme, options, token);

        var arrived = (await gateway.ArrivedAsync(token)).Came(with, "curl.example").EndsWith($"body of {token}\r\n.leading dot\r\n");
        Assert.Equal(options.Contains("{cert}", StringComparison.Ordinal), arrived.Text.Contains("X-Partner: device-7\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(EdgeListener.Submission, "smtp", "--interface 127.0.0.42 --ssl-reqd --user submission:wrong-password", 67)] // log-in refused
    [InlineData(EdgeListener.Submission, "smtp", Login, 55)] // no mechanism is offered without TLS; 530 at MAIL
    [InlineData(EdgeListener.Required, "smtp", "", 55)] // 530 at MAIL
    [InlineData(EdgeListener.Plain, "smtp", "--ssl-reqd --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0", 35)] // handshake
    [InlineData(EdgeListener.Implicit, "smtps", "--tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0", 35)]
    public async Task What_is_not_allowed_is_refused_and_does_not_arrive(EdgeListener listener, string scheme, string options, int exitCode)
    {
        var token = Token.Next();

        await RunAsync(exitCode, listener, scheme, options, token);

        await gateway.AssertNothingArrivedAsync(token);
    }

    private async Task RunAsync(int exitCode, EdgeListener listener, string scheme, string options, string token)
    {
        var file = Path.Combine(gateway.Directory, token + ".eml");
        await File.WriteAllTextAsync(file, $"Subject: {token}\r\n\r\nbody of {token}\r\n.leading dot\r\n");
        var port = gateway.Port(listener);
        await ChildProcess.RunAsync(
            exitCode, "curl",
            [
                "-sS", "--max-time", "60", "--url", $"{scheme}://mx.example.com:{port}/curl.example", "--connect-to", $"mx.example.com:{port}:127.0.0.1:{port}",
                "--cacert", gateway.AuthorityFile, "--mail-from", "ann@sender.example", "--mail-rcpt", "bob@example.com", "--upload-file", file,
                .. options.Replace("{cert}", gateway.Partner.Certificate, StringComparison.Ordinal).Replace("{key}", gateway.Partner.Key, StringComparison.Ordinal)
                    .Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ]);
    }
}
