using System.Collections.Concurrent;
using MailManager.Delivery.Dns;
using MailManager.Delivery.OAuth;
using MailManager.Delivery.Routing;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using MailManager.Smtp.Client;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Probe;

/// <summary>
/// Probes over connections of its own, secured and authenticated as those of deliveries are. A connection is kept a while for the next probe, and
/// there are few of them: what asks is bounded, the relay's patience too. Thread-safe.
/// </summary>
public sealed class RecipientProbe : IRecipientProbe, IAsyncDisposable
{
    /// <summary>Probes under way, all relays together.</summary>
    internal const int MaxProbes = 8;

    private readonly DeliveryOptions _options;
    private readonly TimeProvider _time;
    private readonly DeadlineClock _clock;
    private readonly SmtpConnector _connector;
    private readonly RouteOpener _opener;
    private readonly SemaphoreSlim _slots = new(MaxProbes);
    private readonly ConcurrentDictionary<KeptConnection, byte> _kept = new();
    private readonly ConcurrentDictionary<SmtpClientConnection, Task> _closing = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private readonly AccessTokenSources _tokens;
    private volatile RouteTable _routes;

    /// <summary>With the options of delivery: name, time-outs, trusted roots, and how long an idle connection is kept.</summary>
    public RecipientProbe(DeliveryOptions options, ILogger<RecipientProbe> logger, TimeProvider time)
    {
        _options = options;
        _time = time;
        _clock = new DeadlineClock(time);
        _connector = new SmtpConnector(_clock, logger);
        _opener = new RouteOpener(_connector, new MxRouting(options.Dns ?? new DnsResolver(options.Mx, time), options), options, logger, time);
        _tokens = new AccessTokenSources(options.TrustedRoots, time);
        _routes = new RouteTable(options, _tokens, [], [], new IdentitySet([]));
        _timer = time.CreateTimer(static state => ((RecipientProbe)state!).CloseIdle(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Puts other relays and secrets in force, from the next probe on.</summary>
    public void Update(IReadOnlyCollection<Relay> relays, IEnumerable<Secret> secrets) =>
        _routes = new RouteTable(_options, _tokens, relays, secrets, new IdentitySet([]));

    /// <inheritdoc/>
    public async Task<ProbeResult> ProbeAsync(string relay, string recipient, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var (routes, destination) = (_routes, DestinationKey.ForRelay(relay));
        if (routes.Find(destination) is not { } route)
        {
            return Unknown("the relay does not exist");
        }

        var (source, unready) = routes.ChooseSource(destination, byRule: null);
        if (unready is not null)
        {
            return new ProbeResult(ProbeOutcome.Unknown, unready);
        }

        route = route.From(source);

        using var deadline = new CancellationTokenSource(timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop.Token, cancellationToken);
        try
        {
            await _slots.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Unknown("timed out waiting for other probes");
        }

        try
        {
            return await ProbeAsync(route, recipient, either.Token).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Ends what is under way and closes all connections. Once more does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        for (var i = 0; i < MaxProbes; i++)
        {
            await _slots.WaitAsync().ConfigureAwait(false);
        }

        foreach (var (kept, _) in _kept)
        {
            await kept.Connection.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var (connection, closing) in _closing)
        {
            connection.Abort();
            await closing.ConfigureAwait(false);
        }

        _tokens.Dispose();
        _connector.Dispose();
        _clock.Dispose();
        _stop.Dispose();
        _slots.Dispose();
    }

    private static ProbeResult Unknown(string reason) =>
        new(ProbeOutcome.Unknown, new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, reason));

    private static ProbeResult Judge(SmtpFailure? failure) => failure switch
    {
        null => new ProbeResult(ProbeOutcome.Accepted, null),
        { Phase: SmtpPhase.Recipient } when failure.Reply.IsPermanent || failure.Party == SmtpParty.Local => new ProbeResult(ProbeOutcome.Refused, failure),
        _ => new ProbeResult(ProbeOutcome.Unknown, failure),
    };

    private async ValueTask<ProbeResult> ProbeAsync(Route route, string recipient, CancellationToken cancellationToken)
    {
        // A kept connection may be lost without a sign of it; then the same is tried once over a new one.
        if (Take(route) is { } kept)
        {
            var failure = await AskAsync(kept, route, recipient, cancellationToken).ConfigureAwait(false);
            if (failure is null or { HasReply: true, Reply.Code: not 421 } or { Party: SmtpParty.Local } || cancellationToken.IsCancellationRequested)
            {
                return Judge(failure);
            }
        }

        var (connection, refusal) = await _opener.OpenAsync(route, cancellationToken).ConfigureAwait(false);
        return connection is null
            ? new ProbeResult(ProbeOutcome.Unknown, refusal)
            : Judge(await AskAsync(connection, route, recipient, cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<SmtpFailure?> AskAsync(SmtpClientConnection connection, Route route, string recipient, CancellationToken cancellationToken)
    {
        SmtpFailure? failure;
        bool canContinue;
        using (cancellationToken.UnsafeRegister(static state => ((SmtpClientConnection)state!).Abort(), connection))
        {
            (failure, canContinue) = await RecipientCheck.RunAsync(connection, recipient).ConfigureAwait(false);
        }

        if (canContinue && !cancellationToken.IsCancellationRequested)
        {
            _kept.TryAdd(new KeptConnection(connection, route, _time.GetTimestamp()), 0);
        }
        else
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        return failure;
    }

    private SmtpClientConnection? Take(Route route)
    {
        foreach (var (kept, _) in _kept)
        {
            if (kept.Route == route && _kept.TryRemove(kept, out _))
            {
                if (!kept.Connection.IsStale())
                {
                    return kept.Connection;
                }

                Close(kept.Connection);
            }
        }

        return null;
    }

    private void CloseIdle()
    {
        foreach (var (kept, _) in _kept)
        {
            if (_time.GetElapsedTime(kept.Since) >= _options.DefaultLimits.IdleConnection && _kept.TryRemove(kept, out _))
            {
                Close(kept.Connection);
            }
        }
    }

    private void Close(SmtpClientConnection connection)
    {
        _closing[connection] = QuitAsync();

        async Task QuitAsync()
        {
            await Task.Yield();
            await connection.QuitAsync().ConfigureAwait(false);
            _closing.TryRemove(connection, out _);
        }
    }

    /// <summary>Open, idle, and for one route only.</summary>
    private sealed class KeptConnection(SmtpClientConnection connection, Route route, long since)
    {
        public SmtpClientConnection Connection => connection;

        public Route Route => route;

        /// <summary>Timestamp.</summary>
        public long Since => since;
    }
}
