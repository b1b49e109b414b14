using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Tests.Harness;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;
using MailManager.TestKit.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Delivery.Tests.Routing;

/// <summary>The race of a host's addresses, with attempts that end when a test says so, and by a clock that a test moves.</summary>
public sealed class AddressRaceTests : IDisposable
{
    private static readonly IPEndPoint First = IPEndPoint.Parse("192.0.2.1:25");
    private static readonly IPEndPoint Second = IPEndPoint.Parse("192.0.2.2:25");
    private static readonly IPEndPoint Third = IPEndPoint.Parse("192.0.2.3:25");

    private readonly WatchedTimeProvider _time = new();
    private readonly DeadlineClock _clock = new(TimeProvider.System);
    private readonly SmtpConnector _connector;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly AddressLog _log = new();
    private readonly ConcurrentDictionary<IPEndPoint, Attempt> _attempts = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IPEndPoint> _candidates = [First, Second, Third];

    public AddressRaceTests()
    {
        _connector = new SmtpConnector(_clock, NullLogger.Instance);
        _listener.Start();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _connector.Dispose();
        _clock.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task The_next_is_tried_after_a_quarter_of_a_second_and_the_first_that_answers_wins()
    {
        var race = RaceAsync();
        await Of(First).Started.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Equal(["192.0.2.1"], _log.Entries);
        await _time.AdvanceTimerAsync(TimeSpan.FromMilliseconds(250));
        await Of(Second).Started.WaitAsync(ScriptedSmtpServer.Patience);
        var (connection, _) = await ConnectAsync();
        Of(Second).Answer(connection);
        var (winner, failure) = await race.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Same(connection, winner);
        Assert.Null(failure);
        Assert.True(Of(First).Cancelled.IsCompleted);

        // The one that lost did not fail, and may be tried again; nobody began the third.
        Assert.Equal(["192.0.2.1", "192.0.2.2"], _log.Entries);
        Assert.Equal([First, Third], _candidates);
        await winner!.DisposeAsync();
    }

    [Fact]
    public async Task The_next_is_tried_at_once_after_a_failure()
    {
        var race = RaceAsync();
        foreach (var address in (IPEndPoint[])[First, Second, Third])
        {
            await Of(address).Started.WaitAsync(ScriptedSmtpServer.Patience);
            Of(address).Fail($"no {address.Address}");
        }

        var (winner, failure) = await race.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Null(winner);
        Assert.Equal("no 192.0.2.3", failure!.Reason);
        Assert.Empty(_candidates);
        Assert.Equal(
            ["192.0.2.1", "failed: no 192.0.2.1", "192.0.2.2", "failed: no 192.0.2.2", "192.0.2.3", "failed: no 192.0.2.3"], _log.Entries);
    }

    [Fact]
    public async Task A_connection_that_comes_too_late_is_closed()
    {
        Of(First).IgnoresCancellation = true;
        var race = RaceAsync();
        await Of(First).Started.WaitAsync(ScriptedSmtpServer.Patience);
        await _time.AdvanceTimerAsync(AddressRace.Stagger);
        await Of(Second).Started.WaitAsync(ScriptedSmtpServer.Patience);
        var (good, _) = await ConnectAsync();
        var (late, peer) = await ConnectAsync();
        Of(Second).Answer(good);
        await Of(First).Cancelled.WaitAsync(ScriptedSmtpServer.Patience);
        Of(First).Answer(late);
        var (winner, _) = await race.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Same(good, winner);
        Assert.True(await IsClosedAsync(peer));
        await winner!.DisposeAsync();
    }

    [Fact]
    public async Task Who_gives_up_is_told_so_and_no_other_address_is_tried()
    {
        var race = RaceAsync();
        await Of(First).Started.WaitAsync(ScriptedSmtpServer.Patience);
        await _stop.CancelAsync();
        var (winner, failure) = await race.WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Null(winner);
        Assert.Equal("stopping", failure!.Reason);
        Assert.Equal(["192.0.2.1"], _log.Entries);
    }

    [Fact]
    public async Task Who_has_given_up_before_still_gets_a_failure()
    {
        await _stop.CancelAsync();
        var (winner, failure) = await RaceAsync().WaitAsync(ScriptedSmtpServer.Patience);
        Assert.Null(winner);
        Assert.Equal("stopping", failure!.Reason);
    }

    private Attempt Of(IPEndPoint address) => _attempts.GetOrAdd(address, _ => new Attempt());

    private Task<(SmtpClientConnection? Connection, SmtpFailure? Failure)> RaceAsync() =>
        new AddressRace((address, _, _, cancellationToken) => new(Of(address).RunAsync(cancellationToken)), _time)
            .ConnectAsync(_candidates, source: null, TimeSpan.FromMinutes(5), _log, _stop.Token).AsTask();

    private async Task<(SmtpClientConnection Connection, Socket Peer)> ConnectAsync()
    {
        var (connection, _) = await _connector.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, from: null, ScriptedSmtpServer.Patience, CancellationToken.None);
        return (connection!, await _listener.AcceptSocketAsync());
    }

    private static async Task<bool> IsClosedAsync(Socket peer)
    {
        try
        {
            return await peer.ReceiveAsync(new byte[1], SocketFlags.None).WaitAsync(ScriptedSmtpServer.Patience) == 0;
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>An attempt at one address.</summary>
    private sealed class Attempt
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<(SmtpClientConnection?, SmtpFailure?)> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IgnoresCancellation { get; set; }

        public Task Started => _started.Task;

        public Task Cancelled => _cancelled.Task;

        public void Answer(SmtpClientConnection connection) => _ended.SetResult((connection, null));

        public void Fail(string reason) => _ended.SetResult((null, new SmtpFailure(SmtpParty.Network, SmtpPhase.Connect, default, reason)));

        public async Task<(SmtpClientConnection? Connection, SmtpFailure? Failure)> RunAsync(CancellationToken cancellationToken)
        {
            cancellationToken.Register(_cancelled.SetResult);
            _started.SetResult();
            try
            {
                return await _ended.Task.WaitAsync(IgnoresCancellation ? CancellationToken.None : cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return (null, new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, "stopping"));
            }
        }
    }
}
