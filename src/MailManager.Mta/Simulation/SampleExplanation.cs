using System.Collections.Immutable;
using System.Text;
using MailManager.Messages.Envelope;
using MailManager.Mta.Intake;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Simulation;

/// <summary>What was decided about a sample, and why.</summary>
/// <param name="Sample">What was asked about.</param>
/// <param name="Outcome">Replies and dispositions.</param>
/// <param name="PolicyName">The ingress point's traffic policy.</param>
/// <param name="Policy">For each recipient of the envelope.</param>
/// <param name="RuleSetName">The ingress point's rule set.</param>
/// <param name="Rules">Each rule for each recipient whom it was asked about; empty when no recipient was let in.</param>
internal sealed record SampleExplanation(
    Sample Sample,
    SampleOutcome Outcome,
    string PolicyName,
    ImmutableArray<PolicyExplanation> Policy,
    string RuleSetName,
    ImmutableArray<RuleExplanation> Rules)
{
    /// <summary>Judges a sample and asks the same policy and rule set for their reasons.</summary>
    public static async Task<SampleExplanation> MakeAsync(Simulator simulator, Sample sample)
    {
        var runtime = simulator.Find(sample.IngressPoint)!;
        var outcome = await simulator.RunAsync(sample).ConfigureAwait(false);
        using var question = new SampleQuestion(sample);
        return new SampleExplanation(
            sample,
            outcome,
            runtime.Policy.Name,
            [.. sample.Envelope.Recipients.Select(recipient => runtime.Policy.Explain(question.Input, Read(recipient)))],
            runtime.RuleSet.Name,
            ExplainRules(runtime, outcome, question));
    }

    private static ImmutableArray<RuleExplanation> ExplainRules(IngressRuntime runtime, SampleOutcome outcome, SampleQuestion question)
    {
        var recipients = outcome.Recipients.Where(recipient => recipient.IsLetIn).Select(recipient => Read(recipient.Recipient)).ToArray();
        return recipients.Length == 0 ? [] : runtime.RuleSet.Explain(question.Input, recipients, new RuleEvaluation());
    }

    private static string Read(string address) => MailboxText.Read(Encoding.UTF8.GetBytes(address)) ?? address;
}
