using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using MailManager.Delivery;
using MailManager.Delivery.Dsn;
using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;
using MailManager.Mta.Intake;
using MailManager.Mta.Protection;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Mta.Simulation;

/// <summary>
/// Judges samples as the server would judge messages: it is the server's own handler that is asked, only that nothing is stored, nobody is looked up in
/// DNS lists, greylists and at relays, and no time passes. Thread-safe.
/// </summary>
internal sealed class Simulator
{
    private readonly IntakeServices _services;
    private readonly FrozenDictionary<string, IngressRuntime> _ingressPoints;

    public Simulator(LoadedConfiguration configuration, IReadOnlyList<BuiltIngress> ingressPoints)
    {
        var (node, delivery) = (configuration.NodeSettings, configuration.DeliverySettings);
        var options = new DeliveryOptions { Hostname = node.Hostname, RetrySchedule = delivery.RetrySchedule, Expiry = delivery.Expiry, DsnRelay = delivery.DsnRelay };
        _services = new IntakeServices(
            node.Hostname, delivery.Expiry, new DryRunQueue(), new DryRunBodyFiles(), new DsnBuilder(options), new IntakeMetrics(),
            new ProtectionServices(null, null, null, NullLogger<ClientGuard>.Instance), new SampleName(null), new MemoryGauge(long.MaxValue), TimeProvider.System,
            NullLogger<IngressService>.Instance)
        {
            // Nobody sees the addresses that it makes, and the server's secrets are none of its business.
            Srs = node.Srs?.Create([RandomNumberGenerator.GetBytes(32)], TimeProvider.System),
        };
        _ingressPoints = ingressPoints.ToFrozenDictionary(built => built.Ingress.IngressPointName, built => built.Runtime, StringComparer.Ordinal);
    }

    /// <summary>Names of the ingress points that samples may come to.</summary>
    public IEnumerable<string> IngressPoints => _ingressPoints.Keys;

    /// <summary>What the ingress point of that name decides by; null when there is none.</summary>
    public IngressRuntime? Find(string ingressPoint) => _ingressPoints.GetValueOrDefault(ingressPoint);

    /// <summary>Judges one sample. Its ingress point must exist.</summary>
    public async Task<SampleOutcome> RunAsync(Sample sample)
    {
        var runtime = _ingressPoints[sample.IngressPoint];
        var service = new IngressService(_services with { ReverseNames = new SampleName(sample.Envelope.ReverseDns) }, runtime);
        var run = new SampleRun(service.OpenSession(SampleSession.Describe(sample.Envelope)), runtime, sample);
        return await run.RunAsync().ConfigureAwait(false);
    }

    /// <summary>The name that the sample says its client has.</summary>
    private sealed class SampleName(string? name) : IReverseNames
    {
        public Task<string?> FindAsync(IPAddress client) => Task.FromResult(name);
    }
}
