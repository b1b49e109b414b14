using System.Diagnostics.Metrics;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Intake;

/// <summary>
/// What policies and rule sets count, as meter <c>MailManager.Rules</c> tells it: read when somebody asks, not while mail flows. Belongs to the policies and rule
/// sets that are in force together, and goes with them: the meter of their successors starts anew.
/// </summary>
internal sealed class RuleMetrics : IDisposable
{
    private readonly Meter _meter = new("MailManager.Rules");
    private readonly CompiledTrafficPolicy[] _policies;
    private readonly CompiledRuleSet[] _ruleSets;

    /// <param name="runtimes">Of all ingress points, which may share policies and rule sets.</param>
    public RuleMetrics(IReadOnlyCollection<IngressRuntime> runtimes)
    {
        _policies = [.. runtimes.Select(runtime => runtime.Policy).Distinct()];
        _ruleSets = [.. runtimes.Select(runtime => runtime.RuleSet).Distinct()];
        Rules("evaluated", "Messages that reached a rule", rule => rule.Evaluated);
        Rules("matched", "Messages that a rule applied to", rule => rule.Matched);
        Rules("shadow_matched", "Messages that a shadow rule would have applied to", rule => rule.ShadowMatched);
        Policies("evaluated", "Verdicts that no policy statement before this one had decided", statement => statement.Evaluated);
        Policies("matched", "Verdicts that a policy statement decided", statement => statement.Matched);
    }

    public void Dispose() => _meter.Dispose();

    private void Rules(string name, string description, Func<RuleCounters, long> read) => _meter.CreateObservableCounter(
        $"mailmanager.rules.{name}",
        () =>
            from ruleSet in _ruleSets
            from rule in ruleSet.ReadCounters()
            select new Measurement<long>(read(rule), new KeyValuePair<string, object?>("rule_set", ruleSet.Name), new KeyValuePair<string, object?>("rule", rule.Rule)),
        "{message}",
        description);

    private void Policies(string name, string description, Func<PolicyCounters, long> read) => _meter.CreateObservableCounter(
        $"mailmanager.policies.{name}",
        () =>
            from policy in _policies
            from statement in policy.ReadCounters()
            select new Measurement<long>(
                read(statement), new KeyValuePair<string, object?>("policy", policy.Name), new KeyValuePair<string, object?>("statement", statement.Statement)),
        "{verdict}",
        description);
}
