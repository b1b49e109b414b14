// All benchmarks: dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*'
// Some, shorter: ... -- --filter '*Cidr*' --job short
// The queue against a real disk, which micro-benchmarks cannot show: ... -- queue, or ... -- queue-backlog
using BenchmarkDotNet.Running;
using MailManager.Benchmarks.Queue;

switch (args)
{
    case ["queue", ..]:
        return await QueueLoad.RunAsync(args[1..]);
    case ["queue-backlog", ..]:
        return await QueueBacklog.RunAsync(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
