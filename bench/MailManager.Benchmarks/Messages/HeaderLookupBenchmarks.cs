using System.Text;
using BenchmarkDotNet.Attributes;
using MailManager.Messages.Headers;

namespace MailManager.Benchmarks.Messages;

/// <summary>Indexing a header block of 30 fields and finding one of them. Budget: no allocation.</summary>
[MemoryDiagnoser]
public class HeaderLookupBenchmarks
{
    private readonly byte[] _message = Encoding.ASCII.GetBytes(
        string.Concat(Enumerable.Range(0, 29).Select(i => $"X-Field-{i}: some value number {i}\r\n continued on a second line\r\n")) + "Subject: x\r\n\r\nbody\r\n");

    private readonly HeaderIndex _index = new();

    [GlobalSetup]
    public void Setup() => _index.Build(_message);

    [Benchmark]
    public int Build()
    {
        _index.Build(_message);
        return _index.Count;
    }

    [Benchmark]
    public int FindLast() => _index.View(_message).IndexOf("subject"u8);
}
