using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>Short words for rule sets and what they decide.</summary>
internal static class RuleSetBuilding
{
    public static readonly RuleAction Drop = new RuleAction.Drop();

    public static RuleSet RuleSet(params Rule[] rules) => new() { RuleSetName = "rules", Rules = [.. rules] };

    public static Rule Always(params RuleAction[] actions) => new() { Actions = [.. actions] };

    public static Rule When(RuleCondition condition, params RuleAction[] actions) => new() { Conditions = [condition], Actions = [.. actions] };

    public static RuleAction Relay(string name) => new RuleAction.Relay(name, null, null);

    public static RuleAction Header(string name, string value = "v") => new RuleAction.AddHeader(name, value);

    public static RuleAction Replace(params string[] with) => new RuleAction.ReplaceRecipient([.. with]);

    public static RuleCondition String(RuleStringEmailAttribute attribute, StringOperator op, params string[] values) =>
        new RuleStringExpression(new RuleStringOperand.Attribute(attribute), op, [.. values]);

    public static RuleCondition XHeader(string name, StringOperator op, params string[] values) =>
        new RuleStringExpression(new RuleStringOperand.MimeHeader(name), op, [.. values]);

    public static RuleCondition Certificate(RuleClientCertificateAttribute attribute, StringOperator op, params string[] values) =>
        new RuleStringExpression(new RuleStringOperand.ClientCertificate(attribute), op, [.. values]);

    public static RuleCondition Recipient(params string[] values) => String(RuleStringEmailAttribute.Recipient, StringOperator.Equals, values);

    public static RuleCondition Flag(RuleBooleanEmailAttribute attribute, bool expected = true) =>
        new RuleBooleanExpression(new RuleBooleanOperand.Attribute(attribute), expected ? BooleanOperator.IsTrue : BooleanOperator.IsFalse);

    public static RuleCondition Ip(IpOperator op, params string[] values) => new RuleIpExpression(op, [.. values]);

    /// <summary>Whether a rule with these conditions applies to the message, with the tree and with the delegate.</summary>
    public static bool Applies(RuleInput input, params RuleCondition[] conditions) =>
        Outcome(input, ["user@example.com"], new Rule { Conditions = [.. conditions], Actions = [Relay("R")] }).StartsWith('R');

    /// <summary>
    /// What rules decide, in one line: <c>relay[headers]: recipients</c> for each delivery, <c>dropped: ...</c>, <c>uncovered: ...</c>. Also checks that tree,
    /// delegate and explanation say the same.
    /// </summary>
    public static string Outcome(RuleInput input, string[] recipients, params Rule[] rules)
    {
        var ruleSet = CompiledRuleSet.Compile(RuleSet(rules));
        Assert.Empty(ruleSet.Errors);
        var evaluation = new RuleEvaluation();
        ruleSet.Value!.Evaluate(input, recipients, evaluation);
        var ofTree = Describe(evaluation);
        ruleSet.Value.CompileInBackground().Wait();
        ruleSet.Value.Evaluate(input, recipients, evaluation);
        Assert.Equal(ofTree, Describe(evaluation));
        ruleSet.Value.Explain(input, recipients, evaluation);
        Assert.Equal(ofTree, Describe(evaluation));
        return ofTree;
    }

    private static string Describe(RuleEvaluation evaluation)
    {
        var parts = evaluation.Deliveries
            .Select(d => $"{d.Relay.RelayName}[{string.Join(',', d.Headers.Select(h => h.Name))}]: {string.Join(' ', d.Recipients)}")
            .ToList();
        if (evaluation.Dropped.Count > 0)
        {
            parts.Add("dropped: " + string.Join(' ', evaluation.Dropped.Select(d => d.Address)));
        }

        if (evaluation.Uncovered.Count > 0)
        {
            parts.Add("uncovered: " + string.Join(' ', evaluation.Uncovered));
        }

        return string.Join("; ", parts);
    }
}
