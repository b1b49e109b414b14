using System.Diagnostics.Metrics;

namespace MailManager.Mta.Intake;

/// <summary>Counters of meter <c>MailManager.Intake</c>.</summary>
internal sealed class IntakeMetrics : IDisposable
{
    private readonly Meter _meter = new("MailManager.Intake");
    private readonly Counter<long> _accepted;
    private readonly Counter<long> _octets;
    private readonly Counter<long> _refused;

    public IntakeMetrics()
    {
        _accepted = _meter.CreateCounter<long>("mailmanager.intake.accepted", "{message}", "Messages answered 250");
        _octets = _meter.CreateCounter<long>("mailmanager.intake.octets", "By", "Size of the messages answered 250");
        _refused = _meter.CreateCounter<long>("mailmanager.intake.refused", "{refusal}", "Senders, recipients and messages refused, by reason");
    }

    public void Accepted(string ingressPoint, long octets)
    {
        var tag = new KeyValuePair<string, object?>("ingress_point", ingressPoint);
        _accepted.Add(1, tag);
        _octets.Add(octets, tag);
    }

    public void Refused(string ingressPoint, string reason) =>
        _refused.Add(1, new KeyValuePair<string, object?>("ingress_point", ingressPoint), new KeyValuePair<string, object?>("reason", reason));

    public void Dispose() => _meter.Dispose();
}
