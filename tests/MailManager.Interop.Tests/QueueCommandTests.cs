using MailManager.Interop.Tests.Peers;
using MailManager.TestKit;

namespace MailManager.Interop.Tests;

/// <summary><c>mailmanager queue</c> beside a running gateway whose relay is not there.</summary>
public class QueueCommandTests
{
    [Fact]
    public async Task What_waits_is_listed_shown_counted_and_dropped()
    {
        using var directory = new TemporaryDirectory();
        await using var gateway = await GatewayProcess.StartAsync(directory.Path, FreePort.Next());
        var line = await gateway.Process.LineAsync("Management listens on");
        string[] place = ["--data", Path.Combine(directory.Path, "data"), "--url", line[line.IndexOf("http://", StringComparison.Ordinal)..].Trim()];
        await ChildProcess.RunAsync(
            0, "curl", "-sS", "--url", $"smtp://127.0.0.1:{gateway.Port}", "--mail-from", "ann@sender.example", "--mail-rcpt", "bob@example.com",
            "--upload-file", Path.Combine(RepositoryRoot.Path, "samples/hello.eml"));
        await gateway.Process.LineAsync("[4001]");
        await ChildProcess.RunAsync(0, Programs.MailManager, ["queue", "hold", "attempts>=0", .. place]);

        var list = await ChildProcess.RunAsync(0, Programs.MailManager, ["queue", "list", "recipient=bob@*", .. place]);
        Assert.Contains("<ann@sender.example> -> <bob@example.com>", list, StringComparison.Ordinal);
        Assert.Contains("relay:inside", list, StringComparison.Ordinal);
        Assert.Contains("attempt 1, ", await ChildProcess.RunAsync(0, Programs.MailManager, ["queue", "show", list.Split(' ')[0], .. place]), StringComparison.Ordinal);
        Assert.Equal("1", (await ChildProcess.RunAsync(0, Programs.MailManager, ["queue", "count", .. place])).Trim());

        var dry = await ChildProcess.RunAsync(0, Programs.MailManager, ["queue", "drop", "domain=example.com", "--dry-run", .. place]);
        Assert.Contains("1 deliveries are selected; nothing was changed", dry, StringComparison.Ordinal);
        Assert.Contains("bob@example.com", dry, StringComparison.Ordinal);
        Assert.Contains(
            "\"selected\":1,\"done\":1", await ChildProcess.RunAsync(0, Programs.MailManager, ["queue", "drop", "domain=example.com", "--json", .. place]), StringComparison.Ordinal);
        await gateway.Process.LineAsync("[3031]");

        var wrong = await ChildProcess.RunAsync(1, Programs.MailManager, ["queue", "list", "colour=red", .. place]);
        Assert.Contains("filter: column 1: there is no field 'colour'", wrong, StringComparison.Ordinal);
        Assert.Contains("--config is needed", await ChildProcess.RunAsync(1, Programs.MailManager, "queue", "count"), StringComparison.Ordinal);
    }
}
