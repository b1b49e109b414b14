using System.Collections.Concurrent;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Dsn;
using MailManager.Delivery.MtaSts;
using MailManager.Delivery.Pool;
using MailManager.Delivery.Retry;
using MailManager.Delivery.Routing;
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
    private readonly ConcurrentDictionary<string, DestinationQueue> _destinations = new(StringComparer.Ordinal);
    private readonly StopSignals _stop = new();
    private readonly DeadlineClock _clock;
    private readonly SmtpConnector _connector;
    private RouteTable _routes;
    private AttemptRunner? _runner;
    private StsPolicies? _policies;
    private ITimer? _timer;

    public DeliveryService(DeliveryOptions options, ILogger<DeliveryService> logger, TimeProvider time)
    {
        _context = new DeliveryContext(options, time, logger, new DeliveryMetrics());
        _clock = new DeadlineClock(time);
        _connector = new SmtpConnector(_clock, logger);
        _routes = new RouteTable(options, [], [], new IdentitySet([]));
    }

    /// <summary>Puts other relays, secrets and identities in force, all at once, from the next attempt on.</summary>
    public void Update(IEnumerable<Relay> relays, IEnumerable<Secret> secrets, IdentitySet identities)
    {
        var routes = new RouteTable(_context.Options, relays, secrets, identities);
        Volatile.Write(ref _routes, routes);
        if (Volatile.Read(ref _runner) is { } runner)
        {
            runner.Routes = routes;
        }
    }

    /// <summary>
    /// Once, before the queue dispatches anything. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when what is kept of MTA-STS
    /// cannot be read.
    /// </summary>
    public void Start(IMailQueue queue)
    {
        var options = _context.Options;
        var schedule = new RetrySchedule(Random.Shared.NextDouble);
        var settler = new DeliverySettler(queue, schedule, options, _context.Time, _context.Metrics, _context.Logger);
        var dns = options.Dns ?? new DnsResolver(options.Mx, _context.Time);
        _policies = options.MtaSts is null ? null : new StsPolicies(dns, options, _context.Time, _context.Logger);
        var opener = new RouteOpener(_connector, new MxRouting(dns, options, _policies), options, _context.Logger, _context.Time);
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

        var key = delivery.Instructions.Destination;
        while (!_stop.IsStopping)
        {
            var destination = _destinations.GetOrAdd(key, static (name, context) => new DestinationQueue(name, context), _context);
            if (destination.TryEnqueue(delivery))
            {
                return;
            }

            _destinations.TryRemove(new KeyValuePair<string, DestinationQueue>(key, destination));
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

        _connector.Dispose();
        _clock.Dispose();
        _stop.Dispose();
        _context.Metrics.Dispose();
    }

    private void Tick()
    {
        foreach (var (key, destination) in _destinations)
        {
            if (!destination.Tick())
            {
                _destinations.TryRemove(new KeyValuePair<string, DestinationQueue>(key, destination));
            }
        }
    }
}
