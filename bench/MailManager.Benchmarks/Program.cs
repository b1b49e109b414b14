// All benchmarks: dotnet run -c Release --project bench/MailManager.Benchmarks -- --filter '*'
// Some, shorter: ... -- --filter '*Cidr*' --job short
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
