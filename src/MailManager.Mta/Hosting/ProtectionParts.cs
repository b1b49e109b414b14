using MailManager.Delivery;
using MailManager.Delivery.Probe;
using MailManager.Mta.Configuration;
using MailManager.Mta.Protection;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Hosting;

/// <summary>The parts of protection that some ingress point uses, made once and shared by all of them.</summary>
internal sealed class ProtectionParts : IAsyncDisposable
{
    private readonly DnsListChecker? _lists;
    private readonly Greylist? _greylist;
    private readonly RecipientProbe? _probe;
    private readonly ReverseNames _names;

    public ProtectionParts(LoadedConfiguration configuration, DeliveryOptions delivery, ILoggerFactory loggers, TimeProvider time)
    {
        var resources = configuration.ResourceSet;
        var all = resources.IngressPoints.Select(ingress => ingress.Protection).ToArray();
        RecipientVerifier? verifier = null;
        _names = new ReverseNames(DnsListQuery.CreateResolver(), time);
        if (all.Any(protection => protection.DnsLists is not null))
        {
            _lists = new DnsListChecker(DnsListQuery.CreateResolver(), time, loggers.CreateLogger<DnsListChecker>());
        }

        if (all.Any(protection => protection.Greylisting is not null))
        {
            _greylist = Greylist.Open(Path.Combine(configuration.NodeSettings.DataDirectory, "greylist.db"), time, loggers.CreateLogger<Greylist>());
        }

        if (all.Any(protection => protection.RecipientVerification is not null))
        {
            _probe = new RecipientProbe(delivery, loggers.CreateLogger<RecipientProbe>(), time);
            _probe.Update(resources.Relays, resources.Secrets);
            verifier = new RecipientVerifier(_probe, time, loggers.CreateLogger<RecipientVerifier>());
        }

        Services = new ProtectionServices(_lists, _greylist, verifier, loggers.CreateLogger<ClientGuard>());
    }

    /// <summary>For the sessions of all ingress points.</summary>
    public ProtectionServices Services { get; }

    /// <summary>Names of clients, for policies and rules that ask for them.</summary>
    public IReverseNames ReverseNames => _names;

    /// <summary>Relays have changed.</summary>
    public void Update(IReadOnlyCollection<Relay> relays, IEnumerable<Secret> secrets) => _probe?.Update(relays, secrets);

    public async ValueTask DisposeAsync()
    {
        _lists?.Dispose();
        _names.Dispose();
        if (_greylist is not null)
        {
            await _greylist.DisposeAsync().ConfigureAwait(false);
        }

        if (_probe is not null)
        {
            await _probe.DisposeAsync().ConfigureAwait(false);
        }
    }
}
