using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using MailManager.Rules.Sets;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>Short words for rule sets and what they decide.</summary>
internal static class RuleSetBuilding
{
    public static readonly RuleAction Drop = new RuleAction.Drop();

    /// <summary>The domains and relays that there are; <c>NONE</c> is no relay, <c>o.example</c> no domain of ours.</summary>
    public static readonly RuleEnvironment World = new()
    {
        Identities = new IdentitySet(["x", "y", "example.com"]),
        Relays = new HashSet<string>(["R", "R1", "R2", "early", "late", "subject", "client", "a", "b", "ab", "a@x", "b@x", "A@X", "@x", "c@y", "x"]),
        IpSets = new Dictionary<string, NamedIpSet>
        {
            ["office"] = new("office", IpRanges.Create(["192.0.2.0/25", "2001:db8::/48"])),
            ["partners"] = new("partners", IpRanges.Create(["198.51.100.0/24"])),
        },
        AddressLists = new Dictionary<string, NamedAddressList>
        {
            ["vips"] = new("vips", AddressSet.Create(["a@x", "*@y"])),
        },
    };

    public static RuleSet RuleSet(params Rule[] rules) => new() { RuleSetName = "rules", Rules = [.. rules] };

    public static Rule Always(params RuleAction[] actions) => new() { Actions = [.. actions] };

    public static Rule When(RuleCondition condition, params RuleAction[] actions) => new() { Conditions = [condition], Actions = [.. actions] };

    public static RuleAction Relay(string name) => new RuleAction.Relay(name, null, null);

    public static RuleAction Relay(string name, ActionFailurePolicy policy) => new RuleAction.Relay(name, null, policy);

    public static RuleAction Send(ActionFailurePolicy? policy = null) => new RuleAction.Send("role", policy);

    public static RuleAction Reject(string code = "550", string? status = null, string message = "no") =>
        new RuleAction.Reject(code, status ?? $"{code[0]}.7.1", message);

    public static RuleAction Bounce(string status = "5.1.1", ActionFailurePolicy? policy = null) =>
        new RuleAction.Bounce("role", "bounces@x", status, "550", "no such user", null, policy);

    public static RuleAction Set(string name, string value = "v") => new RuleAction.SetHeader(name, value);

    public static RuleAction Remove(string name) => new RuleAction.RemoveHeader(name);

    public static RuleAction Map(params (string From, string[] To)[] entries) =>
        new RuleAction.MapRecipient([.. entries.Select(entry => new RecipientMapping(entry.From, [.. entry.To]))]);

    public static RuleAction Rewrite(string pattern, string with) => new RuleAction.RewriteRecipient(pattern, with);

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

    public static RuleCondition InSet(IpOperator op, params string[] sets) => new RuleIpExpression(op, []) { IpSets = [.. sets] };

    public static RuleCondition InList(RuleAddressListEmailAttribute attribute, string list, bool expected = true) => new RuleBooleanExpression(
        new RuleBooleanOperand.IsInAddressList(attribute, list), expected ? BooleanOperator.IsTrue : BooleanOperator.IsFalse);

    public static RuleCondition Number(RuleNumberEmailAttribute attribute, NumberOperator op, double value) => new RuleNumberExpression(attribute, op, value);

    public static RuleCondition HasVerdict(RuleVerdictAttribute attribute, VerdictOperator op, params RuleVerdict[] values) =>
        new RuleVerdictExpression(new RuleVerdictOperand.Attribute(attribute), op, [.. values]);

    public static RuleCondition All(params RuleCondition[] parts) => new RuleAllOf([.. parts]);

    public static RuleCondition Any(params RuleCondition[] parts) => new RuleAnyOf([.. parts]);

    public static RuleCondition Not(RuleCondition part) => new RuleNot(part);

    /// <summary>The rule set of these rules, which must have no errors.</summary>
    public static CompiledRuleSet Compile(params Rule[] rules)
    {
        var result = CompiledRuleSet.Compile(RuleSet(rules), World);
        Assert.Empty(result.Errors);
        return result.Value!;
    }

    /// <summary>Whether a rule with these conditions applies to the message, with the tree and with the delegate.</summary>
    public static bool Applies(RuleInput input, params RuleCondition[] conditions) =>
        Outcome(input, ["user@example.com"], new Rule { Conditions = [.. conditions], Actions = [Relay("R")] }).StartsWith('R');

    /// <summary>
    /// What rules decide, in one line: <c>relay[headers,-removed]: recipients</c> for each delivery, <c>bounced</c>, <c>rejected</c>, <c>dropped: ...</c>, <c>uncovered: ...</c>. Also checks that tree,
    /// delegate and explanation say the same.
    /// </summary>
    public static string Outcome(RuleInput input, string[] recipients, params Rule[] rules)
    {
        var ruleSet = CompiledRuleSet.Compile(RuleSet(rules), World);
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

    /// <summary>The disposition of each recipient; also checked as <see cref="Outcome"/> does.</summary>
    public static string[] Dispositions(RuleInput input, string[] recipients, params Rule[] rules)
    {
        Outcome(input, recipients, rules);
        var evaluation = new RuleEvaluation();
        CompiledRuleSet.Compile(RuleSet(rules), World).Value!.Evaluate(input, recipients, evaluation);
        return [.. recipients.Select((_, i) => evaluation.Disposition(i))];
    }

    private static string Describe(RuleEvaluation evaluation)
    {
        var parts = evaluation.Deliveries
            .Select(d => $"{d.Target.RelayName ?? "send"}[{string.Join(',', d.Headers.Select(h => h.Name).Concat(d.RemovedHeaders.Select(name => "-" + name)))}]: {string.Join(' ', d.Recipients)}")
            .ToList();
        parts.AddRange(evaluation.Bounces.Select(b => $"bounced {b.Notice}: {string.Join(' ', b.Recipients)}"));
        parts.AddRange(evaluation.Rejections.Select(r => $"rejected {r.Notice}: {string.Join(' ', r.Recipients)}"));
        if (evaluation.Dropped > 0)
        {
            parts.Add("dropped: " + string.Join(' ', evaluation.Outcomes.Where(o => o.Kind == OutcomeKind.Drop).Select(o => o.Address)));
        }

        if (evaluation.Uncovered.Count > 0)
        {
            parts.Add("uncovered: " + string.Join(' ', evaluation.Uncovered));
        }

        return string.Join("; ", parts);
    }
}
