using System.Text;
using BenchmarkDotNet.Attributes;
using MailManager.Smtp.Framing;

namespace MailManager.Benchmarks.Smtp;

/// <summary>Finding the end of data, un-stuffing and checking line ends. Budget: no allocation.</summary>
[MemoryDiagnoser]
public class DataScanningBenchmarks
{
    private readonly CountingSink _sink = new();
    private byte[] _data = [];

    /// <summary>Octets of the message, in lines of 76 characters.</summary>
    [Params(10 * 1024, 100 * 1024)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup() =>
        _data = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", Size / 78)) + ".\r\n");

    [Benchmark]
    public long Scan()
    {
        var scanner = new DataScanner(long.MaxValue);
        scanner.Scan(_data, _sink, out _);
        return scanner.Length;
    }

    private sealed class CountingSink : IMessageSink
    {
        public long Octets { get; private set; }

        public void Append(ReadOnlySpan<byte> octets) => Octets += octets.Length;
    }
}
