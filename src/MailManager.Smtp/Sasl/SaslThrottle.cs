using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// Slows down those who guess passwords. The answer to a failed attempt waits 1 s, then 2, 4, 8, 16 and 30 s for each further one, counted for the
/// source (an IPv4 address, an IPv6 /64) and for the user name; the longer of both. Only failures wait and no account is ever locked, so nobody can keep
/// others out. A source that has failed may have no more than <see cref="MaxUnderWay"/> attempts at a time, right or wrong: otherwise it would guess
/// in parallel what it cannot guess in turn. Counts are forgotten <see cref="Memory"/> after the last failure. One for the process; thread-safe.
/// </summary>
public sealed class SaslThrottle
{
    /// <summary>Default of the sources and of the user names that are remembered; beyond, those longest ago are forgotten.</summary>
    public const int DefaultMaxEntries = 50_000;

    /// <summary>Attempts of a source that has failed before, at the same time.</summary>
    public const int MaxUnderWay = 8;

    /// <summary>How long a failure counts.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly AgedTable<int> _sources;
    private readonly AgedTable<int> _userNames;
    private readonly Dictionary<UInt128, int> _underWay = [];

    public SaslThrottle(TimeProvider time, int maxEntries = DefaultMaxEntries)
    {
        _time = time;
        _sources = new AgedTable<int>(maxEntries, Memory, time);
        _userNames = new AgedTable<int>(maxEntries, Memory, time);
    }

    internal int EntryCount
    {
        get
        {
            lock (_lock)
            {
                return _sources.Count + _userNames.Count + _underWay.Count;
            }
        }
    }

    /// <summary>Begins an attempt; null when the source has too many. To be asked before a password is looked at.</summary>
    internal Attempt? TryBegin(IPAddress client)
    {
        var source = KeyOf(client);
        lock (_lock)
        {
            ref var underWay = ref CollectionsMarshal.GetValueRefOrAddDefault(_underWay, source, out _);
            if (underWay >= MaxUnderWay && _sources.TryGet(source, out _))
            {
                return null;
            }

            underWay++;
            return new Attempt(this, source);
        }
    }

    private TimeSpan CountFailure(UInt128 source, string userName)
    {
        lock (_lock)
        {
            var failures = Math.Max(Increment(_sources, source), Increment(_userNames, KeyOf(userName)));
            return TimeSpan.FromSeconds(Math.Min(1 << Math.Min(failures - 1, 16), MaxWait.TotalSeconds));
        }
    }

    private void End(UInt128 source)
    {
        lock (_lock)
        {
            ref var underWay = ref CollectionsMarshal.GetValueRefOrNullRef(_underWay, source);
            if (--underWay == 0)
            {
                _underWay.Remove(source);
            }
        }
    }

    private static int Increment(AgedTable<int> table, UInt128 key)
    {
        _ = table.TryGet(key, out var count);
        table.Set(key, ++count);
        return count;
    }

    /// <summary>IPv4 as it is in IPv6, so that both forms of an address are one; of IPv6 the network.</summary>
    private static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        _ = address.MapToIPv6().TryWriteBytes(octets, out _);
        var key = BinaryPrimitives.ReadUInt128BigEndian(octets);
        return address.IsIPv4MappedToIPv6 || address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? key : key >> 64 << 64;
    }

    /// <summary>A hash: names come from strangers and are up to 255 characters long.</summary>
    private static UInt128 KeyOf(string userName) => BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(userName)));

    /// <summary>One attempt, from before its password is looked at until it is answered.</summary>
    internal sealed class Attempt(SaslThrottle throttle, UInt128 source) : IDisposable
    {
        private bool _isEnded;

        /// <summary>Counts a failure and waits for as long as its answer has to.</summary>
        public Task FailAsync(string userName, CancellationToken cancellationToken) =>
            Task.Delay(throttle.CountFailure(source, userName), throttle._time, cancellationToken);

        public void Dispose()
        {
            if (!_isEnded)
            {
                _isEnded = true;
                throttle.End(source);
            }
        }
    }
}
