using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Resources.Expressions;
using MailManager.Rules.Cidr;

namespace MailManager.Rules.Sets;

/// <summary>A set of address ranges of both families, however many. Immutable, thread-safe.</summary>
public sealed class IpRanges
{
    /// <summary>Ranges that a file may have.</summary>
    public const int MaximumInFile = 1_000_000;

    /// <summary>Errors of a file after which its reading is given up.</summary>
    public const int MaximumErrors = 100;

    private readonly RangeIndex<uint> _ipv4;
    private readonly RangeIndex<ulong> _ipv6;

    private IpRanges(Collector ranges)
    {
        _ipv4 = ranges.Ipv4.Build();
        _ipv6 = ranges.Ipv6.Build();
        Count = ranges.Count;
    }

    /// <summary>No address is in it.</summary>
    public static IpRanges Empty { get; } = new(new Collector());

    /// <summary>Ranges as given.</summary>
    public int Count { get; }

    /// <summary>Octets of memory, without object headers.</summary>
    public long MemorySize => _ipv4.MemorySize + _ipv6.MemorySize;

    /// <param name="ranges">Addresses and ranges, each valid.</param>
    public static IpRanges Create(IReadOnlyCollection<string> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        var collector = new Collector();
        foreach (var text in ranges)
        {
            collector.Add(CidrPrefix.TryParse(text, out var prefix) ? prefix : throw new ArgumentException($"'{text}' is no address range.", nameof(ranges)));
        }

        return new IpRanges(collector);
    }

    /// <summary>
    /// Reads a file of addresses and ranges, one a line. Empty lines do not count, nor what follows a <c>#</c> or <c>;</c>.
    /// </summary>
    /// <param name="lines">At most <see cref="MaximumInFile"/> of them with a range.</param>
    /// <param name="errors">What is wrong, at most <see cref="MaximumErrors"/>; empty if all is well.</param>
    /// <returns>Null if there are errors: half of a list would let in, or keep out, whom nobody meant.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IpRanges? Read(TextReader lines, out ImmutableArray<LineError> errors)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var found = ImmutableArray.CreateBuilder<LineError>();
        var collector = new Collector();
        for (var number = 1; found.Count < MaximumErrors && lines.ReadLine() is { } line; number++)
        {
            var comment = line.AsSpan().IndexOfAny('#', ';');
            var text = (comment < 0 ? line : line[..comment]).Trim();
            if (text.Length == 0)
            {
                continue;
            }

            if (AddressRange.Parse(text, AddressFamily.Unspecified, prefixRequired: false, out var problem) is not { } range)
            {
                found.Add(new LineError(number, problem!));
                continue;
            }

            if (collector.Count == MaximumInFile)
            {
                found.Add(new LineError(number, $"more than {MaximumInFile} addresses and ranges"));
                break;
            }

            collector.Add(CidrPrefix.Create(range.Address, range.PrefixLength));
        }

        errors = found.ToImmutable();
        return errors.IsEmpty ? new IpRanges(collector) : null;
    }

    /// <summary>An IPv4-mapped IPv6 address counts as the IPv4 address. Allocates nothing.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return Contains(AddressBits.Of(address));
    }

    internal bool Contains(in AddressBits address) =>
        address.IsIpv4 ? _ipv4.Contains(address.Ipv4) : _ipv6.Contains((ulong)(address.Bits >> 64), (ulong)address.Bits);

    private sealed class Collector
    {
        public RangeIndexBuilder<uint> Ipv4 { get; } = new();

        public RangeIndexBuilder<ulong> Ipv6 { get; } = new();

        public int Count { get; private set; }

        public void Add(CidrPrefix prefix)
        {
            Count++;
            if (prefix.IsIpv4)
            {
                Ipv4.Add(prefix);
            }
            else
            {
                Ipv6.Add(prefix);
            }
        }
    }
}
