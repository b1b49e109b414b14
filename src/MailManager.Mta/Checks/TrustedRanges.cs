using System.Collections.Frozen;
using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Resources.IpSets;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Checks;

/// <summary>Which statements and rules go by nothing but the client's address, and by which ranges that strangers can send from.</summary>
internal static class TrustedRanges
{
    /// <summary>Header fields that are as whoever wrote the message would have them (RFC 5322 §3.6).</summary>
    private static readonly FrozenSet<string> OfMailPrograms =
        new[] { "From", "Sender", "Reply-To", "To", "Cc", "Subject", "Comments", "Keywords", "Date", "Message-ID", "In-Reply-To", "References" }
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>All of a policy and a rule set.</summary>
    public static IEnumerable<string> Of(TrafficPolicy policy, RuleSet ruleSet, ImmutableArray<IpSet> sets) =>
        policy.PolicyStatements.SelectMany(statement => Of(statement, sets)).Concat(ruleSet.Rules.SelectMany(rule => Of(rule, sets)));

    /// <summary>The ranges by which alone a statement lets mail in.</summary>
    public static IEnumerable<string> Of(PolicyStatement statement, ImmutableArray<IpSet> sets)
    {
        var conditions = statement.Conditions.SelectMany(Flatten).ToArray();
        return conditions.Any(TiesDown) ? [] : conditions.SelectMany(condition => condition switch
        {
            PolicyIpv4Expression { Operator: IpOperator.CidrMatches } ip => Foreign(ip.Values, ip.IpSets, sets),
            PolicyIpv6Expression { Operator: IpOperator.CidrMatches } ip => Foreign(ip.Values, ip.IpSets, sets),
            PolicyAnyOf any => any.Conditions.SelectMany(part => Of(statement with { Conditions = [part] }, sets)),
            _ => [],
        });
    }

    /// <summary>The ranges by which alone a rule applies.</summary>
    public static IEnumerable<string> Of(Rule rule, ImmutableArray<IpSet> sets)
    {
        var conditions = rule.Conditions.SelectMany(Flatten).ToArray();
        return conditions.Any(TiesDown) ? [] : conditions.SelectMany(condition => condition switch
        {
            RuleIpExpression { Operator: IpOperator.CidrMatches } ip => Foreign(ip.Values, ip.IpSets, sets),
            RuleAnyOf any => any.Conditions.SelectMany(part => Of(rule with { Conditions = [part] }, sets)),
            _ => [],
        });
    }

    /// <summary>The statement does not ask whom the mail is for, or who vouches for it.</summary>
    public static bool IsOpen(PolicyStatement statement) => !statement.Conditions.SelectMany(Flatten).Any(TiesDown);

    /// <summary>The rule does not ask whom the mail is for, or who vouches for it.</summary>
    public static bool IsOpen(Rule rule) => !rule.Conditions.SelectMany(Flatten).Any(TiesDown);

    private static IEnumerable<string> Foreign(ImmutableArray<string> values, ImmutableArray<string> names, ImmutableArray<IpSet> sets) =>
        values.Concat(BuiltInIpSets.All.Concat(sets).Where(set => names.Contains(set.IpSetName)).SelectMany(set => set.Values))
            .Where(range => ProviderRanges.OwnerOf(range) is not null);

    private static IEnumerable<PolicyCondition> Flatten(PolicyCondition condition) =>
        condition is PolicyAllOf all ? all.Conditions.SelectMany(Flatten) : [condition];

    private static IEnumerable<RuleCondition> Flatten(RuleCondition condition) =>
        condition is RuleAllOf all ? all.Conditions.SelectMany(Flatten) : [condition];

    private static bool TiesDown(PolicyCondition condition) => condition switch
    {
        PolicyAnyOf any => any.Conditions.All(part => Flatten(part).Any(TiesDown)),
        PolicyStringExpression { Evaluate: PolicyStringOperand.Attribute attribute } text =>
            attribute.Name is PolicyStringAttribute.Recipient or PolicyStringAttribute.RecipientDomain && IsPositive(text.Operator),
        PolicyBooleanExpression { Operator: BooleanOperator.IsTrue } => true,
        PolicyVerdictExpression verdict => IsPass(verdict.Operator, verdict.Values),
        _ => false,
    };

    /// <summary>
    /// What a stranger who sends through the same provider cannot choose at will: the recipient, a field that the provider sets, a certificate, a verdict.
    /// Sender, HELO and the fields of mail programs can be anything.
    /// </summary>
    private static bool TiesDown(RuleCondition condition) => condition switch
    {
        RuleAnyOf any => any.Conditions.All(part => Flatten(part).Any(TiesDown)),
        RuleStringExpression text => IsPositive(text.Operator) && TiesDown(text.Evaluate),
        RuleBooleanExpression { Evaluate: RuleBooleanOperand.IsInAddressList { Operand: RuleAddressListEmailAttribute.Recipient } } list =>
            list.Operator == BooleanOperator.IsTrue,
        RuleVerdictExpression verdict => IsPass(verdict.Operator, verdict.Values),
        _ => false,
    };

    private static bool TiesDown(RuleStringOperand operand) => operand switch
    {
        RuleStringOperand.Attribute attribute => attribute.Name is RuleStringEmailAttribute.Recipient or RuleStringEmailAttribute.RecipientDomain,
        RuleStringOperand.MimeHeader header => !OfMailPrograms.Contains(header.Name),
        _ => true,
    };

    private static bool IsPositive(StringOperator op) => op is not (StringOperator.NotEquals or StringOperator.NotMatches);

    private static bool IsPass(VerdictOperator op, ImmutableArray<RuleVerdict> values) =>
        op == VerdictOperator.Equals && values.All(value => value == RuleVerdict.Pass);
}
