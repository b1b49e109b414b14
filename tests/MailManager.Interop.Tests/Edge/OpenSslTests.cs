using System.Diagnostics;
using MailManager.Interop.Tests.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>OpenSSL's s_client with the lines of a session typed by hand.</summary>
[Collection(nameof(EdgeCollection))]
public class OpenSslTests(EdgeGateway gateway)
{
    private const string StartTls = "-starttls smtp";

    [Theory]
    [InlineData(EdgeListener.Plain, StartTls + " -tls1_2", "Protocol  : TLSv1.2", "ESMTPS")]
    [InlineData(EdgeListener.Plain, StartTls + " -tls1_3", "New, TLSv1.3", "ESMTPS")]
    [InlineData(EdgeListener.Plain, StartTls + " -alpn smtp,h2", "No ALPN negotiated", "ESMTPS")]
    [InlineData(EdgeListener.Plain, StartTls + " -servername mx.example.org -verify_hostname mx.example.org", "subject=CN = mx.example.org", "ESMTPS")]
    [InlineData(EdgeListener.Plain, StartTls + " -servername mx.example.com -verify_hostname mx.example.com", "subject=CN = mx.example.com", "ESMTPS")]
    [InlineData(EdgeListener.Plain, StartTls + " -servername unknown.example", "subject=CN = mx.example.com", "ESMTPS")]
    [InlineData(EdgeListener.Required, StartTls, "New, TLSv1.3", "ESMTPS")]
    [InlineData(EdgeListener.Implicit, "-alpn smtp", "No ALPN negotiated", "ESMTPS")]
    [InlineData(EdgeListener.Implicit, "-servername mx.example.org -tls1_2", "subject=CN = mx.example.org", "ESMTPS")]
    [InlineData(EdgeListener.Lmtp, "-starttls lmtp", "New, TLSv1.3", "LMTPS")]
    [InlineData(EdgeListener.LmtpImplicit, "", "New, TLSv1.3", "LMTPS")]
    [InlineData(EdgeListener.Mutual, StartTls + " -cert {cert} -key {key}", "Acceptable client certificate CA names\nCN = Test Root", "ESMTPS")]
    [InlineData(EdgeListener.MutualImplicit, "-cert {cert} -key {key}", "Acceptable client certificate CA names\nCN = Test Root", "ESMTPS")]
    public async Task A_message_arrives_once_and_whole(EdgeListener listener, string options, string negotiated, string with)
    {
        var token = Token.Next();

        // Lines that begin with Q or R are commands of s_client, hence the small letters.
        var output = await RunAsync(
            listener, options, $"{(with.StartsWith('L') ? "LHLO" : "EHLO")} openssl.example", "MAIL FROM:<ann@sender.example>", "rcpt to:<bob@example.com>", "DATA",
            $"Subject: {token}\n\nbody of {token}\n..leading dot\n.", "quit");

        Assert.Contains(negotiated, output, StringComparison.Ordinal);
        Assert.Contains("Verify return code: 0 (ok)", output, StringComparison.Ordinal);
        (await gateway.ArrivedAsync(token)).Came(with, "openssl.example").EndsWith($"body of {token}\r\n.leading dot\r\n");
    }

    [Theory]
    [InlineData(EdgeListener.Plain, StartTls + " -tls1_1 -cipher DEFAULT@SECLEVEL=0")]
    [InlineData(EdgeListener.Implicit, "-tls1 -cipher DEFAULT@SECLEVEL=0")]
    public async Task Old_versions_of_TLS_are_refused(EdgeListener listener, string options) =>
        Assert.Contains("New, (NONE), Cipher is (NONE)", await RunAsync(listener, options, "EHLO openssl.example"), StringComparison.Ordinal);

    [Theory]
    [InlineData(EdgeListener.Mutual, StartTls)]
    [InlineData(EdgeListener.Mutual, StartTls + " -tls1_2")]
    [InlineData(EdgeListener.Mutual, StartTls + " -cert {stranger-cert} -key {stranger-key}")]
    [InlineData(EdgeListener.MutualImplicit, "-tls1_2")]
    [InlineData(EdgeListener.MutualImplicit, "-cert {stranger-cert} -key {stranger-key}")]
    public async Task Without_the_right_certificate_nothing_is_said(EdgeListener listener, string options)
    {
        var output = await RunAsync(listener, options, "EHLO openssl.example", "NOOP");

        Assert.DoesNotContain("220 mx.example.com", output, StringComparison.Ordinal);
        Assert.DoesNotContain("250-", output, StringComparison.Ordinal);
    }

    /// <summary>Sends each line when the one before it has been answered, and returns all that was printed until the end of the connection.</summary>
    private async Task<string> RunAsync(EdgeListener listener, string options, params string[] lines)
    {
        var filled = options.Replace("{cert}", gateway.Partner.Certificate, StringComparison.Ordinal).Replace("{key}", gateway.Partner.Key, StringComparison.Ordinal)
            .Replace("{stranger-cert}", gateway.Stranger.Certificate, StringComparison.Ordinal).Replace("{stranger-key}", gateway.Stranger.Key, StringComparison.Ordinal);
        var start = new ProcessStartInfo("openssl",
        [
            "s_client", "-connect", $"127.0.0.1:{gateway.Port(listener)}", "-crlf", "-CAfile", gateway.AuthorityFile,
            .. filled.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(ChildProcess.Patience);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = new List<string>();
            var next = 0;

            // Under TLS from the start, the greeting is the first reply; after STARTTLS the client speaks first.
            if (options.Contains("-starttls", StringComparison.Ordinal))
            {
                await process.StandardInput.WriteAsync(lines[next++] + "\n");
                await process.StandardInput.FlushAsync(patience.Token);
            }

            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                output.Add(line);
                if (line.Length > 3 && line[3] == ' ' && int.TryParse(line[..3], out _) && next < lines.Length)
                {
                    await process.StandardInput.WriteAsync(lines[next++] + "\n");
                    await process.StandardInput.FlushAsync(patience.Token);
                }
            }

            await process.WaitForExitAsync(patience.Token);
            return string.Join('\n', output) + "\n" + await errors;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
