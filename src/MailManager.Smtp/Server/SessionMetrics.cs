using System.Diagnostics.Metrics;
using MailManager.Smtp.Limits;

namespace MailManager.Smtp.Server;

/// <summary>What is there now, as meter <c>MailManager.Smtp</c> tells it: counted when somebody asks, not while mail flows.</summary>
internal sealed class SessionMetrics : IDisposable
{
    /// <summary>Networks that are named; the others are left out, since a flood comes from thousands.</summary>
    private const int Networks = 20;

    private readonly Meter _meter = new("MailManager.Smtp");
    private readonly SessionRegistry _registry;
    private readonly SessionGovernor _governor;

    public SessionMetrics(SessionRegistry registry, SessionGovernor governor)
    {
        _registry = registry;
        _governor = governor;
        _meter.CreateObservableGauge("mailmanager.smtp.sessions", Sessions, "{session}", "Open sessions by ingress point and state");
        _meter.CreateObservableGauge("mailmanager.smtp.sessions.source", Sources, "{session}", "Open sessions of the busiest networks, IPv4 /24 and IPv6 /48");
        _meter.CreateObservableGauge("mailmanager.smtp.messages", () => governor.Messages, "{message}", "Messages between MAIL and their end");
        _meter.CreateObservableCounter("mailmanager.smtp.refused", () => governor.Refused, "{refusal}", "Connections, messages and recipients refused by a limit");
        _meter.CreateObservableGauge("mailmanager.smtp.memory", () => governor.Memory.Used, "By", "Memory that messages being received hold");
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Sessions() => _registry.Sessions
        .GroupBy(session => (session.Group, session.Phase))
        .Select(group => new Measurement<int>(
            group.Count(), new KeyValuePair<string, object?>("ingress_point", group.Key.Group), new KeyValuePair<string, object?>("state", Word(group.Key.Phase))));

    private IEnumerable<Measurement<int>> Sources() => _governor.Snapshot(Networks).BusiestNetworks
        .Select(network => new Measurement<int>(network.Value, new KeyValuePair<string, object?>("network", network.Key)));

    private static string Word(SessionPhase phase) => phase switch
    {
        SessionPhase.Opening => "opening",
        SessionPhase.Idle => "idle",
        SessionPhase.Transaction => "transaction",
        SessionPhase.Deciding => "deciding",
        SessionPhase.Data => "data",
        _ => "closing",
    };
}
