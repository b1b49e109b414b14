using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailManager.TestKit.Peers;

/// <summary>A DNS server over UDP on a loopback port that knows A, AAAA, CNAME, MX, PTR, TLSA and TXT records (RFC 1035, RFC 6698). Names it does not know do not exist.</summary>
public sealed class ScriptedDnsServer : IAsyncDisposable
{
    private const ushort TypeA = 1;
    private const ushort TypeCName = 5;
    private const ushort TypeSoa = 6;
    private const ushort TypePtr = 12;
    private const ushort TypeMx = 15;
    private const ushort TypeTxt = 16;
    private const ushort TypeTlsa = 52;
    private const ushort TypeAaaa = 28;

    /// <summary>A pointer to the name in the question (RFC 1035 §4.1.4).</summary>
    private static readonly byte[] QuestionName = [0xC0, 12];

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly ConcurrentDictionary<string, List<(ushort Type, byte[] Data)>> _records = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, string> _aliases = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, byte> _failures = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, byte> _silences = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();
    private readonly List<string> _questions = [];
    private readonly List<(string Name, TaskCompletionSource Asked)> _waiting = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public ScriptedDnsServer()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _running = RunAsync();
    }

    public IPEndPoint EndPoint { get; }

    public ScriptedDnsServer Address(string name, string address)
    {
        var parsed = IPAddress.Parse(address);
        return Add(name, parsed.AddressFamily == AddressFamily.InterNetwork ? TypeA : TypeAaaa, parsed.GetAddressBytes());
    }

    /// <summary>An exchange of <c>.</c> is the null MX (RFC 7505).</summary>
    public ScriptedDnsServer Mx(string name, ushort preference, string exchange)
    {
        var data = new List<byte> { (byte)(preference >> 8), (byte)preference };
        data.AddRange(Encode(exchange));
        return Add(name, TypeMx, [.. data]);
    }

    /// <summary>A PTR record; <paramref name="name"/> is the reversed one, below <c>in-addr.arpa</c> or <c>ip6.arpa</c>.</summary>
    public ScriptedDnsServer Ptr(string name, string target) => Add(name, TypePtr, Encode(target));

    /// <summary>A TLSA record with any octets, well formed or not.</summary>
    public ScriptedDnsServer Tlsa(string name, params byte[] data) => Add(name, TypeTlsa, data);

    /// <summary>A record of any type with any octets, well formed or not.</summary>
    public ScriptedDnsServer Raw(string name, ushort type, byte[] data) => Add(name, type, data);

    /// <summary>Answers about a name with a CNAME record and the records of its target.</summary>
    public ScriptedDnsServer Alias(string name, string target)
    {
        _aliases[name] = target;
        return this;
    }

    /// <summary>Time to live of each record, in seconds.</summary>
    public uint TimeToLive { get; set; } = 60;

    /// <summary>How long a denial holds, in seconds, as an SOA record beside it says (RFC 2308 §5); null: there is none.</summary>
    public uint? DenialTimeToLive { get; set; }

    /// <summary>A TXT record of the strings, each at most 255 characters of ASCII.</summary>
    public ScriptedDnsServer Text(string name, params string[] strings) =>
        Add(name, TypeTxt, [.. strings.SelectMany(text => (byte[])[(byte)text.Length, .. Encoding.ASCII.GetBytes(text)])]);

    /// <summary>Takes all records of a name away.</summary>
    public ScriptedDnsServer Forget(string name)
    {
        _records.TryRemove(name, out _);
        return this;
    }

    /// <summary>Says of all answers that they were validated (the AD bit), unless they are about one of <see cref="Unsigned"/>.</summary>
    public bool IsValidating { get; set; }

    /// <summary>Names in zones that are not signed.</summary>
    public ISet<string> Unsigned { get; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Answers every question about a name with SERVFAIL.</summary>
    public ScriptedDnsServer Fail(string name)
    {
        _failures[name] = 0;
        return this;
    }

    /// <summary>Takes <see cref="Fail"/> back.</summary>
    public ScriptedDnsServer Recover(string name)
    {
        _failures.TryRemove(name, out _);
        return this;
    }

    /// <summary>Never answers a question about a name.</summary>
    public ScriptedDnsServer Ignore(string name)
    {
        _silences[name] = 0;
        return this;
    }

    /// <summary>Names that were asked for, in order, each as often as it was.</summary>
    public IReadOnlyList<string> Questions
    {
        get
        {
            lock (_gate)
            {
                return [.. _questions];
            }
        }
    }

    /// <summary>Waits until a name was asked for.</summary>
    public Task WaitForAsync(string name)
    {
        lock (_gate)
        {
            if (_questions.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return Task.CompletedTask;
            }

            var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((name, asked));
            return asked.Task.WaitAsync(ScriptedSmtpServer.Patience);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _socket.Dispose();
        _stop.Dispose();
    }

    private ScriptedDnsServer Add(string name, ushort type, byte[] data)
    {
        _records.GetOrAdd(name, _ => []).Add((type, data));
        return this;
    }

    private async Task RunAsync()
    {
        var buffer = new byte[1500];
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                if (Answer(buffer.AsSpan(0, query.ReceivedBytes)) is { } answer)
                {
                    await _socket.SendToAsync(answer, query.RemoteEndPoint, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> query)
    {
        var name = new StringBuilder();
        var position = 12;
        while (query[position] != 0)
        {
            name.Append(name.Length > 0 ? "." : string.Empty).Append(Encoding.ASCII.GetString(query.Slice(position + 1, query[position])));
            position += query[position] + 1;
        }

        Note(name.ToString());
        if (_silences.ContainsKey(name.ToString()))
        {
            return null;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(query[(position + 1)..]);
        var alias = _aliases.GetValueOrDefault(name.ToString());
        var isKnown = _records.TryGetValue(alias ?? name.ToString(), out var records);
        var found = (records ?? []).Where(record => record.Type == type).ToList();
        var code = _failures.ContainsKey(name.ToString()) ? 2 : isKnown ? 0 : 3;
        var answer = new List<byte>(query[..2].ToArray());
        var validated = IsValidating && !Unsigned.Contains(name.ToString()) ? 0x20 : 0;
        var isDenial = code is 0 or 3 && found.Count == 0 && DenialTimeToLive is not null;
        answer.AddRange([0x81, (byte)(0x80 | validated | code), 0, 1, 0, (byte)(found.Count + (alias is null ? 0 : 1)), 0, (byte)(isDenial ? 1 : 0), 0, 0]);
        answer.AddRange(query[12..(position + 5)]);
        if (alias is not null)
        {
            answer.AddRange(Record(QuestionName, TypeCName, TimeToLive, Encode(alias)));
        }

        foreach (var (_, data) in found)
        {
            answer.AddRange(Record(alias is null ? QuestionName : Encode(alias), type, TimeToLive, data));
        }

        if (isDenial)
        {
            // Two names that are the root, serial, refresh, retry and expire of no account, and the minimum.
            answer.AddRange(Record(QuestionName, TypeSoa, DenialTimeToLive!.Value, [0, 0, .. new byte[16], .. Number(DenialTimeToLive.Value)]));
        }

        return [.. answer];
    }

    private static byte[] Record(byte[] name, ushort type, uint timeToLive, byte[] data) =>
        [.. name, (byte)(type >> 8), (byte)type, 0, 1, .. Number(timeToLive), (byte)(data.Length >> 8), (byte)data.Length, .. data];

    private static byte[] Number(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private void Note(string name)
    {
        lock (_gate)
        {
            _questions.Add(name);
            foreach (var (_, asked) in _waiting.Where(entry => string.Equals(entry.Name, name, StringComparison.OrdinalIgnoreCase)))
            {
                asked.TrySetResult();
            }
        }
    }

    private static byte[] Encode(string name)
    {
        var encoded = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            encoded.Add((byte)label.Length);
            encoded.AddRange(Encoding.ASCII.GetBytes(label));
        }

        encoded.Add(0);
        return [.. encoded];
    }
}
