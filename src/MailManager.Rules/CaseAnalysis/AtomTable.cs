using System.Collections.Immutable;
using System.Globalization;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Policies;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>
/// Takes conditions of policies and rules apart into formulas over atoms. Equal conditions share an atom, and a negative operator is the negation of
/// the positive one, so that a condition and its opposite are seen to exclude each other whatever they compare. What policies and rules compare under
/// the same name means the same in both, and is one. Used for one analysis.
/// </summary>
internal sealed class AtomTable(RuleEnvironment environment, NamedContent content)
{
    private readonly List<Atom> _atoms = [];
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    public IReadOnlyList<Atom> Atoms => _atoms;

    public Formula Of(RuleCondition condition) => condition switch
    {
        RuleAllOf all => Formula.AllOf(all.Conditions.Select(Of)),
        RuleAnyOf any => Formula.AnyOf(any.Conditions.Select(Of)),
        RuleNot not => new Formula.Not(Of(not.Condition)),
        RuleStringExpression { Operator: StringOperator.NotEquals } text => new Formula.Not(Of(text with { Operator = StringOperator.Equals })),
        RuleStringExpression { Operator: StringOperator.NotMatches } text => new Formula.Not(Of(text with { Operator = StringOperator.Matches })),
        RuleStringExpression { Values.Length: > 1 } text when IsOpen(text.Operator) =>
            Formula.AnyOf(text.Values.Select(value => Of(text with { Values = [value] }))),
        RuleStringExpression text => Add(Key(text.Evaluate, text.Operator, text.Values), () => RuleAtoms.Of(text)),
        RuleIpExpression { Operator: IpOperator.NotCidrMatches } ip => new Formula.Not(Of(ip with { Operator = IpOperator.CidrMatches })),
        RuleIpExpression ip => Add(
            Key("SOURCE_IP", string.Join(',', ip.IpSets.Order(StringComparer.Ordinal)), ip.Values),
            () => RuleAtoms.Address(ip, ip.Values, ip.IpSets, content)),
        RuleBooleanExpression { Operator: BooleanOperator.IsFalse } flag => new Formula.Not(Of(flag with { Operator = BooleanOperator.IsTrue })),
        RuleBooleanExpression flag => Add(flag.ToString(), () => RuleAtoms.Of(flag, content)),
        RuleNumberExpression number => Add(number.ToString(), () => RuleAtoms.Of(number)),
        RuleVerdictExpression { Operator: VerdictOperator.NotEquals } verdict => new Formula.Not(Of(verdict with { Operator = VerdictOperator.Equals })),
        RuleVerdictExpression verdict => Add(
            Key(verdict.Evaluate, verdict.Operator, verdict.Values), () => RuleAtoms.Opaque(verdict, verdict.Evaluate.ToString())),
        RuleDmarcExpression { Operator: VerdictOperator.NotEquals } dmarc => new Formula.Not(Of(dmarc with { Operator = VerdictOperator.Equals })),
        RuleDmarcExpression dmarc => Add(Key("DMARC", dmarc.Operator, dmarc.Values), () => RuleAtoms.Opaque(dmarc, "DMARC")),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
    };

    public Formula Of(PolicyCondition condition) => condition switch
    {
        PolicyAllOf all => Formula.AllOf(all.Conditions.Select(Of)),
        PolicyAnyOf any => Formula.AnyOf(any.Conditions.Select(Of)),
        PolicyNot not => new Formula.Not(Of(not.Condition)),
        PolicyStringExpression text => Of(new RuleStringExpression(Operand(text.Evaluate), text.Operator, text.Values)),
        PolicyIpv4Expression { Operator: IpOperator.NotCidrMatches } ip => new Formula.Not(Of(ip with { Operator = IpOperator.CidrMatches })),
        PolicyIpv6Expression { Operator: IpOperator.NotCidrMatches } ip => new Formula.Not(Of(ip with { Operator = IpOperator.CidrMatches })),
        PolicyIpv4Expression ip => Add(
            Key("SENDER_IP", string.Join(',', ip.IpSets.Order(StringComparer.Ordinal)), ip.Values), () => Address(ip, ip.Values, ip.IpSets)),
        PolicyIpv6Expression ip => Add(
            Key("SENDER_IPV6", string.Join(',', ip.IpSets.Order(StringComparer.Ordinal)), ip.Values), () => Address(ip, ip.Values, ip.IpSets)),
        PolicyTlsExpression tls => Add(tls.ToString(), () => new Atom(new CaseOperand(OperandKind.Tls), null) { Ask = Ask(tls) }),
        PolicyBooleanExpression { Evaluate: PolicyBooleanOperand.AddOn addOn } flag =>
            Of(new RuleBooleanExpression(new RuleBooleanOperand.AddOn(addOn.Analysis), flag.Operator)),
        PolicyBooleanExpression { Evaluate: PolicyBooleanOperand.RecipientIsInAddressList list } flag =>
            Of(new RuleBooleanExpression(new RuleBooleanOperand.IsInAddressList(RuleAddressListEmailAttribute.Recipient, list.AddressList), flag.Operator)),
        PolicyVerdictExpression verdict => Of(new RuleVerdictExpression(verdict.Evaluate, verdict.Operator, verdict.Values)),
        PolicyDmarcExpression dmarc => Of(new RuleDmarcExpression(dmarc.Operator, dmarc.Values)),
        _ => throw new ArgumentOutOfRangeException(nameof(condition), condition, null),
    };

    /// <summary>The recipient is of a verified identity.</summary>
    public Formula RecipientIsVerified() => Add(
        "verified recipient", () => Verified(OperandKind.Recipient, (_, recipient) => environment.Identities.Covers(recipient)));

    /// <summary>The reverse-path is of a verified identity.</summary>
    public Formula SenderIsVerified() => Add(
        "verified sender", () => Verified(OperandKind.ReversePath, (input, _) => environment.Identities.Covers(input.ReversePath)));

    /// <summary>The reverse-path is the null one.</summary>
    public Formula SenderIsNull() => Add(
        "null sender",
        () => new Atom(new CaseOperand(OperandKind.ReversePath), null)
        {
            Ask = static (input, _) => input.ReversePath.Length == 0,
            Hints = [new TextHint(HintKind.Whole, string.Empty)],
        });

    private static RuleStringOperand Operand(PolicyStringOperand operand) => operand switch
    {
        PolicyStringOperand.AddOn addOn => new RuleStringOperand.AddOn(addOn.Analysis),
        PolicyStringOperand.Attribute attribute => new RuleStringOperand.Attribute(attribute.Name switch
        {
            PolicyStringAttribute.Recipient => RuleStringEmailAttribute.Recipient,
            PolicyStringAttribute.RecipientDomain => RuleStringEmailAttribute.RecipientDomain,
            PolicyStringAttribute.MailFrom => RuleStringEmailAttribute.MailFrom,
            PolicyStringAttribute.MailFromDomain => RuleStringEmailAttribute.MailFromDomain,
            PolicyStringAttribute.Helo => RuleStringEmailAttribute.Helo,
            _ => RuleStringEmailAttribute.ReverseDns,
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(operand), operand, null),
    };

    /// <summary>A policy of one statement that lets in for which the condition holds.</summary>
    private Func<RuleInput, string, bool> Ask(PolicyCondition condition)
    {
        var policy = new TrafficPolicy
        {
            TrafficPolicyName = "condition",
            PolicyStatements = [new PolicyStatement(AcceptAction.Allow, [condition])],
            DefaultAction = AcceptAction.Deny,
        };
        var compiled = CompiledTrafficPolicy.Compile(policy, environment);
        return compiled.Value is { } value
            ? (input, recipient) => value.Evaluate(input, recipient).IsAllowed
            : throw new ArgumentException($"A condition does not compile: {string.Join("; ", compiled.Errors)}", nameof(condition));
    }

    private Atom Address(PolicyCondition condition, ImmutableArray<string> values, ImmutableArray<string> sets) =>
        RuleAtoms.Address(condition: null, values, sets, content) with { Ask = Ask(condition) };

    private Atom Verified(OperandKind operand, Func<RuleInput, string, bool> ask) => new(new CaseOperand(operand), null)
    {
        Ask = ask,
        Hints =
        [
            .. environment.Identities.All.Order(StringComparer.Ordinal).Select(identity => identity.Contains('@', StringComparison.Ordinal)
                ? new TextHint(HintKind.Whole, identity)
                : new TextHint(HintKind.Suffix, "@" + identity)),
        ],
    };

    private Formula.Holds Add(string key, Func<Atom> create)
    {
        if (!_numbers.TryGetValue(key, out var number))
        {
            number = _atoms.Count;
            _numbers.Add(key, number);
            _atoms.Add(create());
        }

        return new Formula.Holds(number);
    }

    /// <summary>Operators whose values are atoms each, so that one that two conditions share is seen: their candidates do not tell.</summary>
    private static bool IsOpen(StringOperator op) => op is StringOperator.Contains or StringOperator.Matches;

    private static string Key(object operand, StringOperator op, ImmutableArray<string> values) => op == StringOperator.Matches
        ? Key(operand, (object)op, values)
        : Key(operand, (object)op, [.. values.Select(value => value.ToUpperInvariant())]);

    /// <summary>The same for lists that differ in order only.</summary>
    private static string Key<T>(object operand, object op, ImmutableArray<T> values) =>
        string.Create(CultureInfo.InvariantCulture, $"{operand}\n{op}\n{string.Join('\n', values.Select(value => $"{value}").Order(StringComparer.Ordinal))}");
}
