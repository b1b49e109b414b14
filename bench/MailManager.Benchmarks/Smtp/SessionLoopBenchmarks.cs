using BenchmarkDotNet.Attributes;
using MailManager.TestKit.Load;

namespace MailManager.Benchmarks.Smtp;

/// <summary>
/// One pipelined transaction of 10 KiB on a kept session, over pipes in memory: client, session and a service that takes everything from another
/// thread. <c>bench/budgets.json</c> has what it may allocate.
/// </summary>
[MemoryDiagnoser]
public class SessionLoopBenchmarks
{
    private const int Messages = 1000;

    private SessionLoop _loop = null!;

    [GlobalSetup]
    public async Task StartAsync() => _loop = await SessionLoop.StartAsync(new AcceptingService());

    [GlobalCleanup]
    public async Task StopAsync() => await _loop.DisposeAsync();

    [Benchmark(OperationsPerInvoke = Messages)]
    public Task Transaction() => _loop.SendAsync(Messages);
}
