using MailManager.Mta.Intake;
using MailManager.Mta.NamedSets;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Hosting;

/// <summary>
/// What ingress points decide by, replaced as a whole while they run: policies, rule sets, identities, and the named sets that these refer to. A transaction that has
/// begun goes on with what it began with.
/// </summary>
internal sealed class RulesInForce : IAsyncDisposable
{
    private readonly Dictionary<string, IngressService> _services;
    private readonly NamedSetWatcher _watcher;
    private RuleMetrics _metrics;

    public RulesInForce(CheckedConfiguration configuration, IntakeServices services, ILoggerFactory loggers)
    {
        _services = configuration.IngressPoints.ToDictionary(
            built => built.Ingress.IngressPointName, built => new IngressService(services, built.Runtime), StringComparer.Ordinal);
        _watcher = new NamedSetWatcher(configuration.Sets.Watched, services.Time, loggers.CreateLogger<NamedSetWatcher>());
        _metrics = new RuleMetrics([.. configuration.IngressPoints.Select(built => built.Runtime)]);
        Compile(configuration);
    }

    /// <summary>Serves the sessions of an ingress point.</summary>
    public IngressService Of(string ingressPoint) => _services[ingressPoint];

    /// <summary>Puts another configuration in force, from each session's next transaction on. It must have the same ingress points.</summary>
    public void Replace(CheckedConfiguration configuration)
    {
        foreach (var built in configuration.IngressPoints)
        {
            _services[built.Ingress.IngressPointName].Runtime = built.Runtime;
        }

        _watcher.Watch(configuration.Sets.Watched);
        _metrics.Dispose();
        _metrics = new RuleMetrics([.. configuration.IngressPoints.Select(built => built.Runtime)]);
        Compile(configuration);
    }

    public async ValueTask DisposeAsync()
    {
        await _watcher.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    private static void Compile(CheckedConfiguration configuration)
    {
        foreach (var built in configuration.IngressPoints)
        {
            _ = built.Runtime.Policy.CompileInBackground();
            _ = built.Runtime.RuleSet.CompileInBackground();
        }
    }
}
