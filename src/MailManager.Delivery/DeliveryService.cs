using System.Collections.Concurrent;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Dsn;
using MailManager.Delivery.MtaSts;
using MailManager.Delivery.OAuth;
using MailManager.Delivery.Pool;
using MailManager.Delivery.Retry;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Signing;
using MailManager.Delivery.TlsReports;
using MailManager.Queue;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using MailManager.Smtp.Client;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery;

/// <summary>
/// Carries the queue's deliveries to relays and mail domains over pooled SMTP connections, and settles each of them. Thread-safe.
/// Order: construct, <see cref="Update"/>, <see cref="Start"/>, <see cref="Dispatch"/> from then on, <see cref="StopAsync"/>.
/// </summary>
public sealed class DeliveryService : IDeliveryDispatcher, IAsyncDisposable
{
    private readonly DeliveryContext _context;
    private readonly ConcurrentDictionary<QueueKey, DestinationQueue> _destinations = new();
    private readonly StopSignals _stop = new();
    private readonly DeadlineClock _clock;
    private readonly SmtpConnector _connector;
    private readonly AccessTokenSources _tokens;
    private RouteTable _routes;
    private AttemptRunner? _runner;
    private StsPolicies? _policies;
    private TlsReporter? _reporter;
    private ITimer? _timer;

    public DeliveryService(DeliveryOptions options, ILogger<DeliveryService> logger, TimeProvider time)
    {
        _context = new DeliveryContext(options, time, logger, new DeliveryMetrics());
        _clock = new DeadlineClock(time);
        _connector = new SmtpConnector(_clock, logger);
        _tokens = new AccessTokenSources(options.TrustedRoots, time);
        _routes = new RouteTable(options, _tokens, [], [], new IdentitySet([]));
        _context.Budget.Destinations = () => _destinations.Values;
        Notifications = new DsnBuilder(options, new NotificationLimiter(options, time, _context.Metrics, logger));
    }

    /// <summary>Makes the notifications of this process, which are limited together.</summary>
    public DsnBuilder Notifications { get; }

    /// <summary>
    /// Puts other relays, secrets and identities in force, all at once, from the next attempt on. Throws
    /// <see cref="System.Security.Cryptography.CryptographicException"/> when a key of an identity cannot be used.
    /// </summary>
    public void Update(IReadOnlyCollection<Relay> relays, IEnumerable<Secret> secrets, IdentitySet identities)
    {
        var routes = new RouteTable(_context.Options, _tokens, relays, secrets, identities);
        _context.Signer.Keys = new SigningKeys(identities);
        Volatile.Write(ref _routes, routes);
        if (Volatile.Read(ref _runner) is { } runner)
        {
            runner.Routes = routes;
        }
    }

    /// <summary>
    /// Once, before the queue dispatches anything. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when what is kept of MTA-STS
    /// or for reports of TLS cannot be read.
    /// </summary>
    public void Start(IMailQueue queue)
    {
        var options = _context.Options;
        var schedule = new RetrySchedule(Random.Shared.NextDouble);
        var settler = new DeliverySettler(queue, schedule, Notifications, options, _context.Time, _context.Metrics, _context.Logger);
        var dns = options.Dns ?? new DnsResolver(options.Mx, _context.Time);
        _policies = options.MtaSts is null ? null : new StsPolicies(dns, options, _context.Time, _context.Logger);
        _reporter = options.TlsReports is null
            ? null
            : new TlsReporter(dns, queue, options, _context.Time, _context.Logger, Random.Shared.NextDouble());
        var opener = new RouteOpener(_connector, new MxRouting(dns, options, _policies), options, _context.Logger, _context.Time, _reporter);
        var runner = new AttemptRunner(_context, queue, settler, opener, _stop) { Routes = Volatile.Read(ref _routes) };
        _context.Runner = runner;
        Volatile.Write(ref _runner, runner);
        runner.Routes = Volatile.Read(ref _routes);
        _timer = _context.Time.CreateTimer(static state => ((DeliveryService)state!).Tick(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>There is a route to this destination now.</summary>
    public bool CanReach(string destination) => Volatile.Read(ref _routes).Find(destination) is not null;

    /// <inheritdoc/>
    public void Dispatch(QueuedDelivery delivery)
    {
        if (delivery.BouncedBy is { } who)
        {
            Volatile.Read(ref _runner)!.Bounce(delivery, who);
            return;
        }

        if (delivery.HasExpiredHeld)
        {
            Volatile.Read(ref _runner)!.Expire(delivery);
            return;
        }

        var (source, failure) = Volatile.Read(ref _routes).ChooseSource(delivery.Instructions.Destination, delivery.Instructions.EgressPool);
        if (failure is not null)
        {
            Volatile.Read(ref _runner)!.Defer(delivery, new Pause(failure, TimeSpan.Zero));
            return;
        }

        var key = new QueueKey(delivery.Instructions.Destination, source?.Name);
        while (!_stop.IsStopping)
        {
            var destination = _destinations.GetOrAdd(
                key, static (key, with) => new DestinationQueue(key.Destination, with.Source, with.Context), (Source: source, Context: _context));
            if (destination.TryEnqueue(delivery))
            {
                return;
            }

            _destinations.TryRemove(new KeyValuePair<QueueKey, DestinationQueue>(key, destination));
        }
    }

    /// <summary>
    /// Starts nothing any more, lets running transactions end within <paramref name="limit"/>, then cuts connections. What was not settled is
    /// in the spool and comes again at the next start.
    /// </summary>
    public async Task StopAsync(TimeSpan limit)
    {
        _stop.Stop();
        _timer?.Dispose();
        var running = Task.WhenAll(_destinations.Values.Select(destination => destination.StopAsync()));
        try
        {
            await running.WaitAsync(limit, _context.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _stop.Abort();
            foreach (var destination in _destinations.Values)
            {
                destination.Abort();
            }

            await running.ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        if (_policies is not null)
        {
            await _policies.DisposeAsync().ConfigureAwait(false);
        }

        if (_reporter is not null)
        {
            await _reporter.DisposeAsync().ConfigureAwait(false);
        }

        _tokens.Dispose();
        _connector.Dispose();
        _clock.Dispose();
        _stop.Dispose();
        _context.Metrics.Dispose();
    }

    private void Tick()
    {
        _context.Budget.Reclaim();
        foreach (var (key, destination) in _destinations)
        {
            if (!destination.Tick())
            {
                _destinations.TryRemove(new KeyValuePair<QueueKey, DestinationQueue>(key, destination));
            }
        }
    }

    /// <summary>What has connections and limits of its own: a destination, from one egress source.</summary>
    private readonly record struct QueueKey(string Destination, string? Source);
}
