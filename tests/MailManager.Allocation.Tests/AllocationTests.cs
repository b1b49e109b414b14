using MailManager.Smtp.Server;
using MailManager.TestKit.Load;

namespace MailManager.Allocation.Tests;

/// <summary>
/// What one transaction of 10 KiB allocates in the whole process, whichever threads it passes. A program of its own and one class, whose tests run in turn, because
/// nothing else may allocate meanwhile.
/// </summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int WarmUp = 5000;
    private const int Transactions = 4000;
    private const int Rounds = 4;

    [Fact]
    public Task Session_loop_stays_within_its_budget() => MeasureAsync("SessionLoop", new AcceptingService());

    [Fact]
    public async Task Gateway_up_to_the_queue_stays_within_its_budget()
    {
        using var gateway = new GatewayIntake();
        await MeasureAsync("GatewayUpToQueue", gateway.Service);
        Assert.True(gateway.Queue.Accepted >= WarmUp);
    }

    private async Task MeasureAsync(string name, ISmtpService service)
    {
        var budget = Budget.Of(name);
        await using var loop = await SessionLoop.StartAsync(service);
        await loop.SendAsync(WarmUp);
        var least = double.MaxValue;

        // What the runtime does once, such as compiling again, is not of a transaction: the least of some rounds is.
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await loop.SendAsync(Transactions);
            least = Math.Min(least, (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / Transactions);
        }

        output.WriteLine($"{name}: {least:F1} bytes a transaction, budget {budget.Bytes}");
        Assert.True(least <= budget.Bytes, $"{name} allocates {least:F1} bytes a transaction, its budget in bench/budgets.json is {budget.Bytes}");
    }
}
