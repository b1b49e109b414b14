using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Simulation;

/// <summary>An explanation for people: the dialogue, then statements and rules with what each condition saw, then what becomes of each recipient.</summary>
internal static class ExplanationText
{
    private const int MaximumText = 120;

    public static string Write(SampleExplanation explanation, RuleSet ruleSet)
    {
        var text = new StringBuilder();
        var (sample, outcome) = (explanation.Sample, explanation.Outcome);
        var envelope = sample.Envelope;
        text.AppendLine(CultureInfo.InvariantCulture, $"{sample.IngressPoint}, from {envelope.Ip} ({Show(envelope.Helo)}, {(envelope.Tls is null ? "clear text" : "TLS")})").AppendLine();
        var width = outcome.Steps.Max(step => Show(step.Command).Length);
        foreach (var step in outcome.Steps)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {Show(step.Command).PadRight(width)}  {Show(step.Reply.ToString())}");
        }

        for (var i = 0; i < explanation.Policy.Length; i++)
        {
            var policy = explanation.Policy[i];
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Policy {explanation.PolicyName} for {Show(envelope.Recipients[i])}: {policy.Verdict}");
            foreach (var statement in policy.Statements)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  {Mark(statement.Holds)} {statement.Statement} {(statement.Action == AcceptAction.Deny ? "DENY" : "ALLOW")}{(statement.Decided ? ", decides" : string.Empty)}");
                Write(text, statement.Conditions, depth: 2);
            }
        }

        foreach (var rule in explanation.Rules)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Rule {rule.Rule} {rule.RuleName} for {Show(rule.Recipient)}: {Answer(rule)}");
            Write(text, rule.Conditions, depth: 1);
            if (!rule.Unless.IsEmpty)
            {
                text.AppendLine("  unless");
                Write(text, rule.Unless, depth: 2);
            }

            if (rule.Applies)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"  -> {Show(string.Join(", ", ruleSet.Rules[rule.Rule].Actions.Select(ActionText.Describe)))}");
            }
        }

        text.AppendLine();
        foreach (var recipient in outcome.Recipients)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{Show(recipient.Recipient)}: {recipient.Disposition}");
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, ImmutableArray<ConditionExplanation> conditions, int depth)
    {
        foreach (var condition in conditions)
        {
            text.Append(' ', 2 * depth).Append(CultureInfo.InvariantCulture, $"{Mark(condition.Holds)} {Show(condition.Condition)}");
            if (condition.Parts.IsEmpty)
            {
                text.Append(CultureInfo.InvariantCulture, $"  [{Show(condition.Value)}]").Append(condition.Hit is { } hit ? $"  hit: {Show(hit)}" : string.Empty);
            }

            text.AppendLine();
            Write(text, condition.Parts, depth + 1);
        }
    }

    private static string Mark(bool holds) => holds ? "yes" : "no ";

    private static string Answer(RuleExplanation rule) => (rule.Applies, rule.IsShadow) switch
    {
        (true, true) => "matches, as a shadow: nothing is done",
        (true, false) => "matches",
        _ => "does not match",
    };

    private static string Show(string text) => DisplayText.Escape(text, MaximumText);
}
