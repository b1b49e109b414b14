using MailManager.Mta.Intake;
using MailManager.Rules.CaseAnalysis;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Checks;

/// <summary>Asks the policy and rule set of an ingress point, as an SMTP session does.</summary>
internal sealed class RuntimeDecider(IngressRuntime runtime) : IMessageDecider
{
    private readonly RuleEvaluation _evaluation = new();

    public MessageDecision Decide(MessageCase message)
    {
        var input = message.ToInput();
        var verdict = runtime.Policy.Evaluate(input, message.Recipient);
        var decision = new MessageDecision { IsAdmitted = false, Statement = verdict.Statement };
        if (!verdict.IsAllowed || !runtime.RuleSet.MayServe(message.Session(), message.ReversePath, message.Recipient))
        {
            return decision;
        }

        runtime.RuleSet.Evaluate(input, [message.Recipient], _evaluation);
        return decision with
        {
            IsAdmitted = true,
            IsUnserved = _evaluation.Uncovered.Count > 0,
            Actions = [.. _evaluation.Outcomes.Select(outcome => new DecidedAction(outcome.Kind, outcome.Address, outcome.Rule))],
        };
    }
}
