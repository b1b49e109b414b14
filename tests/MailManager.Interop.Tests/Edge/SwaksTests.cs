using MailManager.Interop.Tests.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>swaks, through every kind of listener.</summary>
[Collection(nameof(EdgeCollection))]
public class SwaksTests(EdgeGateway gateway)
{
    private const string Mutual = "--tls-cert {cert} --tls-key {key}";
    private const string Login = "--auth-user submission --auth-password " + EdgeGateway.Password;

    [Theory]
    [InlineData(EdgeListener.Plain, "--protocol SMTP", "SMTP")]
    [InlineData(EdgeListener.Plain, "", "ESMTP")]
    [InlineData(EdgeListener.Plain, "--pipeline", "ESMTP")]
    [InlineData(EdgeListener.Plain, "--tls", "ESMTPS")]
    [InlineData(EdgeListener.Plain, "--tls --tls-protocol tlsv1_2", "ESMTPS")]
    [InlineData(EdgeListener.Required, "--tls", "ESMTPS")]
    [InlineData(EdgeListener.Implicit, "--tlsc", "ESMTPS")]
    [InlineData(EdgeListener.Lmtp, "--protocol LMTP", "LMTP")]
    [InlineData(EdgeListener.Lmtp, "--protocol LMTP --tls", "LMTPS")]
    [InlineData(EdgeListener.LmtpImplicit, "--protocol LMTP --tlsc", "LMTPS")]
    [InlineData(EdgeListener.Submission, "--tls --auth PLAIN " + Login, "ESMTPSA")]
    [InlineData(EdgeListener.Submission, "--tls --auth LOGIN " + Login, "ESMTPSA")]
    [InlineData(EdgeListener.Submission, "--tls --auth PLAIN --auth-user printer --auth-password " + EdgeGateway.PrinterPassword, "ESMTPSA")]
    [InlineData(EdgeListener.SubmissionImplicit, "--tlsc --auth LOGIN " + Login, "ESMTPSA")]
    [InlineData(EdgeListener.SubmissionLmtp, "--protocol LMTP --tls --auth PLAIN " + Login, "LMTPSA")]
    [InlineData(EdgeListener.Mutual, "--tls " + Mutual, "ESMTPS")]
    [InlineData(EdgeListener.MutualImplicit, "--tlsc " + Mutual, "ESMTPS")]
    public async Task A_message_arrives_once_and_whole(EdgeListener listener, string options, string with)
    {
        var token = Token.Next();

        var dialogue = await RunAsync(0, listener, options, token);

        Assert.Matches("<[~-]  250 2.0.0 ", dialogue);

        // After a body, swaks sends two line ends of its own.
        var arrived = (await gateway.ArrivedAsync(token)).Came(with, "swaks.example").EndsWith($"body of {token}\r\n.leading dot\r\n\r\n\r\n");
        Assert.Equal(options.Contains("{cert}", StringComparison.Ordinal), arrived.Text.Contains("X-Partner: device-7\r\n", StringComparison.Ordinal));
        Assert.Equal(["bob@example.com"], arrived.Message.Recipients);
    }

    [Theory]
    [InlineData(EdgeListener.XClient, "--xclient-addr 203.0.113.9 --xclient-helo front.example --xclient-port 4711", "203.0.113.9", "ESMTP")]
    [InlineData(EdgeListener.XClient, "--xclient-addr IPV6:2001:db8::9 --xclient-helo front.example --tls", "IPv6:2001:db8::9", "ESMTPS")]
    [InlineData(EdgeListener.Proxied, "--proxy-version 1 --proxy-family TCP4 --proxy-source 203.0.113.7 --proxy-source-port 1 --proxy-dest 192.0.2.1 --proxy-dest-port 25", "203.0.113.7", "ESMTP")]
    [InlineData(EdgeListener.Proxied, "--proxy-version 2 --proxy-family AF_INET6 --proxy-command PROXY --proxy-protocol STREAM --proxy-source 2001:db8::7 --proxy-source-port 1 --proxy-dest 2001:db8::1 --proxy-dest-port 25 --tls", "IPv6:2001:db8::7", "ESMTPS")]
    public async Task The_client_is_the_one_that_the_front_end_names(EdgeListener listener, string options, string address, string with)
    {
        var token = Token.Next();

        await RunAsync(0, listener, options, token);

        (await gateway.ArrivedAsync(token)).Came(with, "swaks.example", address);
    }

    [Theory]
    [InlineData(EdgeListener.Required, "", "530 5.7.0 ", 23)]
    [InlineData(EdgeListener.Submission, "--tls", "530 5.7.0 ", 23)]
    [InlineData(EdgeListener.Submission, "--auth PLAIN " + Login, "did not advertise authentication", 28)]
    [InlineData(EdgeListener.Submission, "--local-interface 127.0.0.41 --tls --auth PLAIN --auth-user printer --auth-password wrong-password", "535 5.7.8 ", 28)]
    [InlineData(EdgeListener.Plain, "--xclient-addr 203.0.113.9", "XCLIENT", 33)]
    public async Task What_is_not_allowed_is_refused_and_does_not_arrive(EdgeListener listener, string options, string reason, int exitCode)
    {
        var token = Token.Next();

        var dialogue = await RunAsync(exitCode, listener, options, token);

        Assert.Contains(reason, dialogue, StringComparison.OrdinalIgnoreCase);
        await gateway.AssertNothingArrivedAsync(token);
    }

    [Theory]
    [InlineData(EdgeListener.Mutual, "--tls", 29)]
    [InlineData(EdgeListener.MutualImplicit, "--tlsc", 29)]
    public async Task A_client_without_the_right_certificate_does_not_get_in(EdgeListener listener, string options, int tlsFault)
    {
        foreach (var certificate in (string[])["", $" --tls-cert {gateway.Stranger.Certificate} --tls-key {gateway.Stranger.Key}"])
        {
            var token = Token.Next();

            // With TLS 1.3 the client learns of it after its own side of the handshake is over, so it fails at a command instead.
            await using var swaks = ChildProcess.Start("swaks", Arguments(listener, options + certificate, token));

            Assert.True(await swaks.WaitAsync() is var code && (code == tlsFault || code is 6 or 21 or 22 or 23), $"{code}: {swaks.Output}");
            await gateway.AssertNothingArrivedAsync(token);
        }
    }

    private Task<string> RunAsync(int exitCode, EdgeListener listener, string options, string token) =>
        ChildProcess.RunAsync(exitCode, "swaks", Arguments(listener, options, token));

    private string[] Arguments(EdgeListener listener, string options, string token) =>
    [
        "--server", $"127.0.0.1:{gateway.Port(listener)}", "--timeout", "30", "--helo", "swaks.example", "--from", "ann@sender.example", "--to", "bob@example.com",
        "--header", $"Subject: {token}", "--body", $"body of {token}\n.leading dot",
        .. options.Replace("{cert}", gateway.Partner.Certificate, StringComparison.Ordinal).Replace("{key}", gateway.Partner.Key, StringComparison.Ordinal)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries),
    ];
}
