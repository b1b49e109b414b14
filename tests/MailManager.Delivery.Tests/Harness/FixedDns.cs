using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MailManager.Delivery.Dns;

namespace MailManager.Delivery.Tests.Harness;

/// <summary>Answers from memory. A name without an answer does not exist.</summary>
internal sealed class FixedDns : IDns
{
    private readonly ConcurrentQueue<string> _questions = new();

    public Dictionary<string, DnsAnswer<MxRow>> Mx { get; } = [];

    /// <summary>By name; asked anew for each question.</summary>
    public Dictionary<string, Func<AddressFamily, DnsAnswer<IPAddress>>> Addresses { get; } = [];

    public Dictionary<string, DnsAnswer<TlsaRow>> Tlsa { get; } = [];

    public Dictionary<string, DnsAnswer<string>> Aliases { get; } = [];

    /// <summary>Such as <c>MX sender.test</c>, in order.</summary>
    public IReadOnlyList<string> Questions => [.. _questions];

    public static DnsAnswer<T> Found<T>(string name, params T[] records) => new() { Status = DnsStatus.Found, Name = name, Records = [.. records], IsAuthentic = true };

    public static DnsAnswer<T> None<T>(string name, DnsStatus status) => new() { Status = status, Name = name };

    /// <summary>A host with these addresses.</summary>
    public FixedDns Host(string name, params string[] addresses)
    {
        Addresses[name] = family => addresses.Select(IPAddress.Parse).Where(address => address.AddressFamily == family).ToArray() is { Length: > 0 } found
            ? Found(name, found)
            : None<IPAddress>(name, DnsStatus.NoData);
        return this;
    }

    public ValueTask<DnsAnswer<MxRow>> FindMxAsync(string domain, CancellationToken cancellationToken) => Answer("MX", domain, Mx);

    public ValueTask<DnsAnswer<IPAddress>> FindAddressesAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        _questions.Enqueue($"{(family == AddressFamily.InterNetwork ? "A" : "AAAA")} {host}");
        return new(Addresses.TryGetValue(host, out var answer) ? answer(family) : None<IPAddress>(host, DnsStatus.NoName));
    }

    public ValueTask<DnsAnswer<TlsaRow>> FindTlsaAsync(string name, CancellationToken cancellationToken) => Answer("TLSA", name, Tlsa);

    public ValueTask<DnsAnswer<string>> FindTextAsync(string name, CancellationToken cancellationToken) => new(None<string>(name, DnsStatus.NoName));

    public ValueTask<DnsAnswer<string>> FindAliasAsync(string name, CancellationToken cancellationToken) => Answer("CNAME", name, Aliases);

    private ValueTask<DnsAnswer<T>> Answer<T>(string type, string name, Dictionary<string, DnsAnswer<T>> answers)
    {
        _questions.Enqueue($"{type} {name}");
        return new(answers.GetValueOrDefault(name) ?? None<T>(name, DnsStatus.NoName));
    }
}
