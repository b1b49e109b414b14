using System.Diagnostics.CodeAnalysis;
using System.Net;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Limits;

/// <summary>
/// Admits sessions to a server, in two steps: <see cref="TryReserve"/> when a connection is accepted, by what the whole server can bear, and
/// <see cref="SessionPermit.TryAdmit"/> once the client's address is known. The permit holds all that the session takes of the limits, until
/// it is disposed. Thread-safe.
/// </summary>
public sealed class SessionGovernor : IDisposable
{
    private readonly SessionGovernorOptions _options;
    private readonly CountTable<AddressBlock> _clients = new();
    private readonly CountTable<AddressBlock> _networks = new();
    private readonly CountTable<string> _groups = new();
    private readonly RateTable _connections;
    private readonly RateTable _recipients;
    private readonly ITimer _timer;
    private int _sessions;
    private int _messages;
    private long _refused;

    public SessionGovernor(SessionGovernorOptions options, TimeProvider time)
    {
        _options = options;
        _connections = new RateTable(options.ConnectionsPerMinute);
        _recipients = new RateTable(options.RecipientsPerMinute);
        Memory = new MemoryGauge(options.Memory);
        _timer = time.CreateTimer(static state => ((SessionGovernor)state!).Advance(), this, RateTable.Segment, RateTable.Segment);
    }

    /// <summary>To be told of the memory that messages take.</summary>
    public MemoryGauge Memory { get; }

    /// <summary>Open sessions, admitted or not yet.</summary>
    public int Sessions => Volatile.Read(ref _sessions);

    /// <summary>Messages between MAIL and their end.</summary>
    public int Messages => Volatile.Read(ref _messages);

    /// <summary>Connections, messages and recipients refused since the start, by whichever limit.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Entries of all tables; 0 when every session is over and a minute has passed.</summary>
    internal int Entries => _clients.Keys + _networks.Keys + _groups.Keys + _connections.Keys + _recipients.Keys;

    /// <summary>A connection was accepted and nothing is known of it. A permit to be disposed at its end, or 421 4.3.2 to say before closing it.</summary>
    public bool TryReserve([NotNullWhen(true)] out SessionPermit? permit, out SmtpReply refusal)
    {
        permit = null;
        refusal = default;
        if (Memory.IsFull)
        {
            refusal = GovernorReplies.ShortOfMemory;
        }
        else if (Messages >= _options.MessagesInFlight)
        {
            refusal = GovernorReplies.TooManyMessages;
        }
        else if (Interlocked.Increment(ref _sessions) > _options.Sessions)
        {
            Interlocked.Decrement(ref _sessions);
            refusal = StandardReplies.TooManySessions;
        }
        else
        {
            permit = new SessionPermit(this);
        }

        CountRefusal(permit is null);
        return permit is not null;
    }

    /// <summary>What is there now, for metrics: goes through all networks that have sessions.</summary>
    /// <param name="networks">How many of the networks with most sessions to name.</param>
    public GovernorSnapshot Snapshot(int networks)
    {
        var top = new PriorityQueue<AddressBlock, int>();
        foreach (var (network, count) in _networks.Counts)
        {
            if (top.Count < networks)
            {
                top.Enqueue(network, count);
            }
            else if (networks > 0)
            {
                top.EnqueueDequeue(network, count);
            }
        }

        var busiest = top.UnorderedItems.OrderByDescending(entry => entry.Priority).Select(entry => KeyValuePair.Create(entry.Element.ToString(), entry.Priority));
        return new GovernorSnapshot(Sessions, Messages, Memory.Used, [.. _groups.Counts], [.. busiest]);
    }

    public void Dispose() => _timer.Dispose();

    internal bool TryAdmit(SessionPermit permit, IPAddress address, string group, int groupLimit, out SmtpReply refusal)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var (client, network) = (AddressBlock.ClientOf(address), AddressBlock.NetworkOf(address));
        var isExempt = IsExempt(address);
        refusal = default;
        if (!isExempt && !_connections.TryTake(client))
        {
            refusal = GovernorReplies.ConnectsTooOften;
        }
        else if (!_clients.TryAdd(client, isExempt ? int.MaxValue : _options.SessionsPerAddress))
        {
            refusal = GovernorReplies.TooManyFromAddress;
        }
        else if (!_networks.TryAdd(network, isExempt ? int.MaxValue : _options.SessionsPerNetwork))
        {
            _clients.Remove(client);
            refusal = GovernorReplies.TooManyFromNetwork;
        }
        else if (!_groups.TryAdd(group, groupLimit))
        {
            _networks.Remove(network);
            _clients.Remove(client);
            refusal = GovernorReplies.TooManyOfGroup;
        }
        else
        {
            permit.Hold(client, network, group, isExempt);
            return true;
        }

        CountRefusal(true);
        return false;
    }

    internal bool TryTakeRecipient(in AddressBlock client)
    {
        var isTaken = _recipients.TryTake(client);
        CountRefusal(!isTaken);
        return isTaken;
    }

    internal bool TryBeginMessage(out SmtpReply refusal)
    {
        refusal = default;
        if (Memory.IsFull)
        {
            refusal = GovernorReplies.NoMemoryForMessage;
            CountRefusal(true);
            return false;
        }

        if (Interlocked.Increment(ref _messages) > _options.MessagesInFlight)
        {
            EndMessage();
            refusal = GovernorReplies.NoRoomForMessage;
            CountRefusal(true);
            return false;
        }

        return true;
    }

    internal void EndMessage() => Interlocked.Decrement(ref _messages);

    internal void Leave(in AddressBlock client, in AddressBlock network, string group)
    {
        _clients.Remove(client);
        _networks.Remove(network);
        _groups.Remove(group);
    }

    internal void Unreserve() => Interlocked.Decrement(ref _sessions);

    private void CountRefusal(bool isRefused)
    {
        if (isRefused)
        {
            Interlocked.Increment(ref _refused);
        }
    }

    private bool IsExempt(IPAddress address)
    {
        foreach (var range in _options.Exempt)
        {
            if (range.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private void Advance()
    {
        _connections.Advance();
        _recipients.Advance();
    }
}

/// <summary>A governor's counts at about one moment.</summary>
/// <param name="Sessions">Open sessions.</param>
/// <param name="Messages">Messages between MAIL and their end.</param>
/// <param name="Memory">Octets that they hold.</param>
/// <param name="SessionsByGroup">Admitted sessions of each ingress point that has any.</param>
/// <param name="BusiestNetworks">Networks, as in <c>192.0.2.0/24</c>, with most sessions, most first.</param>
public sealed record GovernorSnapshot(
    int Sessions, int Messages, long Memory, IReadOnlyList<KeyValuePair<string, int>> SessionsByGroup, IReadOnlyList<KeyValuePair<string, int>> BusiestNetworks);
