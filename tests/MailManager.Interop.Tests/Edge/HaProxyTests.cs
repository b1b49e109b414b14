using MailManager.Interop.Tests.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>A real HAProxy in front: the client is the one that HAProxy saw, not HAProxy.</summary>
[Collection(nameof(EdgeCollection))]
public class HaProxyTests(EdgeGateway gateway)
{
    private const string Client = "127.0.0.77";

    [Theory]
    [InlineData(EdgeListener.Proxied, "send-proxy", "", "ESMTP")]
    [InlineData(EdgeListener.Proxied, "send-proxy", "--tls", "ESMTPS")]
    [InlineData(EdgeListener.Proxied, "send-proxy-v2", "", "ESMTP")]
    [InlineData(EdgeListener.Proxied, "send-proxy-v2", "--tls", "ESMTPS")]
    [InlineData(EdgeListener.Proxied, "send-proxy-v2 proxy-v2-options unique-id,crc32c", "", "ESMTP")]
    [InlineData(EdgeListener.ProxiedImplicit, "send-proxy", "--tlsc", "ESMTPS")]
    [InlineData(EdgeListener.ProxiedImplicit, "send-proxy-v2", "--tlsc", "ESMTPS")]
    public async Task Received_names_the_true_client(EdgeListener listener, string header, string options, string with)
    {
        var token = Token.Next();
        await using var proxy = await HaProxyInstance.StartAsync(gateway.Directory, (gateway.Port(listener), header));

        await ChildProcess.RunAsync(
            0, "swaks",
            [
                "--server", $"127.0.0.1:{proxy.Ports[0]}", "--local-interface", Client, "--timeout", "30", "--helo", "swaks.example",
                "--from", "ann@sender.example", "--to", "bob@example.com", "--header", $"Subject: {token}",
                .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            ]);

        (await gateway.ArrivedAsync(token)).Came(with, "swaks.example", Client);
    }

    [Fact]
    public async Task Health_checks_of_the_proxy_do_no_harm()
    {
        // "check" makes HAProxy connect every 100 ms with a header of command LOCAL and go away; "check-send-proxy" sends the header in the check too.
        var token = Token.Next();
        await using var proxy = await HaProxyInstance.StartAsync(
            gateway.Directory, (gateway.Port(EdgeListener.Proxied), "send-proxy-v2 check inter 100ms check-send-proxy"));

        await ChildProcess.RunAsync(
            0, "swaks", "--server", $"127.0.0.1:{proxy.Ports[0]}", "--local-interface", Client, "--helo", "swaks.example",
            "--from", "ann@sender.example", "--to", "bob@example.com", "--header", $"Subject: {token}");

        (await gateway.ArrivedAsync(token)).Came("ESMTP", "swaks.example", Client);
    }

    [Fact]
    public async Task A_client_that_passes_the_proxy_by_counts_as_itself()
    {
        var token = Token.Next();

        await ChildProcess.RunAsync(
            0, "swaks", "--server", $"127.0.0.1:{gateway.Port(EdgeListener.Proxied)}", "--local-interface", Client, "--timeout", "30", "--helo", "swaks.example",
            "--from", "ann@sender.example", "--to", "bob@example.com", "--header", $"Subject: {token}");

        (await gateway.ArrivedAsync(token)).Came("ESMTP", "swaks.example", Client);
    }
}
