using System.Collections.Immutable;
using System.Numerics;
using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Compiler;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.Policies;

/// <summary>
/// A traffic policy in force. DENY statements are asked first, then ALLOW statements, each kind in list order, then the default applies.
/// Immutable but for its counters, thread-safe; an evaluation allocates nothing.
/// </summary>
public sealed class CompiledTrafficPolicy
{
    private readonly ImmutableArray<PolicyStatement> _source;
    private readonly AllOf[] _statements;
    private readonly Alternatives[] _alternatives;

    /// <summary>Indexes of the statements as they are asked.</summary>
    private readonly int[] _order;
    private readonly ConditionProgram _program;
    private readonly AcceptAction _default;
    private readonly bool _needsMessage;

    /// <summary>For each statement as they are asked, then for the default: verdicts that it decided.</summary>
    private readonly StripedCounters _counters;

    private CompiledTrafficPolicy(TrafficPolicy policy, AllOf[] statements, ConditionBuilder builder)
    {
        Name = policy.TrafficPolicyName;
        MaxMessageSizeBytes = policy.MaxMessageSizeBytes;
        Requirements = builder.Requirements;
        _source = policy.PolicyStatements;
        _statements = statements;
        _alternatives = [.. statements.Select(statement => new Alternatives(statement.Parts.Select((part, i) => (part, $"Conditions[{i}]"))))];
        _default = policy.DefaultAction;
        _needsMessage = statements.Any(statement => statement.Known == PolicyStage.Message);
        _order = [.. Enumerable.Range(0, statements.Length).OrderBy(statement => _source[statement].Action == AcceptAction.Deny ? 0 : 1)];
        _program = new ConditionProgram(_order.Select(statement => statements[statement]).Chunk(ConditionProgram.BlockSize), builder.Operands.Build());
        _counters = new StripedCounters(statements.Length + 1);
    }

    public string Name { get; }

    /// <summary>Largest message in octets, header included; null: the policy sets no limit.</summary>
    public int? MaxMessageSizeBytes { get; }

    /// <summary>What has to be found out of sessions and messages before they are evaluated, and the conditions that need it.</summary>
    public ImmutableArray<Requirement> Requirements { get; }

    /// <summary>The delegate has replaced the tree (<see cref="CompileInBackground"/>).</summary>
    public bool IsCompiled => _program.IsCompiled;

    /// <summary>Prepares a policy, or says all that is wrong with it.</summary>
    public static CompileResult<CompiledTrafficPolicy> Compile(TrafficPolicy policy, RuleEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(environment);
        var builder = new ConditionBuilder(environment);
        var conditions = new PolicyConditions(builder);
        AllOf[] statements = [.. policy.PolicyStatements.Select((statement, i) => conditions.Build(statement, $"PolicyStatements[{i}]"))];
        return builder.HasErrors
            ? new(builder.Errors, builder.Requirements)
            : new(new CompiledTrafficPolicy(policy, statements, builder), builder.Requirements);
    }

    /// <summary>Starts to compile the statements to a delegate, once; until the task ends the tree serves. Results are the same.</summary>
    public Task CompileInBackground() => _program.CompileInBackground();

    public bool Needs(RequirementKind kind) => Requirements.Any(requirement => requirement.Kind == kind);

    /// <summary>What the client is told when this verdict refuses it; null: the usual text.</summary>
    public string? ReplyTextOf(PolicyVerdict verdict) => verdict.Statement >= 0 ? _source[verdict.Statement].ReplyText : null;

    /// <summary>The counters of all statements by index, then that of the default.</summary>
    public ImmutableArray<PolicyCounters> ReadCounters()
    {
        var counters = new PolicyCounters[_order.Length + 1];
        var evaluated = 0L;
        for (var i = _order.Length; i >= 0; i--)
        {
            var matched = _counters.Read(i);
            evaluated += matched;
            var statement = i == _order.Length ? PolicyVerdict.Default : _order[i];
            counters[i == _order.Length ? i : statement] =
                new PolicyCounters(new PolicyVerdict(default, statement).StatementName, evaluated, matched);
        }

        return [.. counters];
    }

    /// <summary>Decides on one recipient, at RCPT. Definite unless a condition that matters needs the message.</summary>
    /// <param name="input">Its session, sender and, where needed, SPF verdict must be set.</param>
    /// <param name="recipient">The forward-path as given in RCPT, sub-address included, without angle brackets.</param>
    public PolicyVerdict Evaluate(RuleInput input, string recipient)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Bind(_program.Operands);
        input.Recipient = recipient;
        return Count(_needsMessage ? Foresee(input, PolicyStage.Recipient) : Decide(input));
    }

    /// <summary>Decides on one recipient once the message is there. Definite.</summary>
    /// <param name="input">Its session, message and verdicts must be set.</param>
    /// <param name="recipient">The forward-path as given in RCPT.</param>
    public PolicyVerdict EvaluateMessage(RuleInput input, string recipient)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Bind(_program.Operands);
        input.Recipient = recipient;
        return Count(Decide(input));
    }

    /// <summary>
    /// Decides before the first recipient what can be decided: an outcome other than <see cref="PolicyOutcome.NotYetKnown"/> is final for
    /// every recipient. Conditions are taken one by one, so a policy whose conditions exclude each other in subtle ways may be
    /// found not yet known although it is decided; never the reverse.
    /// </summary>
    /// <param name="input">Its session must be set, and at <see cref="PolicyStage.Mail"/> its sender and, where needed, SPF verdict.</param>
    /// <param name="known"><see cref="PolicyStage.Connection"/> or <see cref="PolicyStage.Mail"/>.</param>
    public PolicyVerdict EvaluateEarly(RuleInput input, PolicyStage known)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((int)known, (int)PolicyStage.Mail, nameof(known));
        input.Bind(_program.Operands);
        var verdict = Foresee(input, known);
        return verdict.IsDenied ? Count(verdict) : verdict;
    }

    /// <summary>
    /// Which alternatives of the deciding statement's conditions hold, as paths; empty: it has none. Whatever is no alternative holds, or it would not have
    /// decided. Allocates if there are some.
    /// </summary>
    /// <param name="verdict">Of this policy.</param>
    /// <param name="input">As the policy was asked.</param>
    /// <param name="recipient">The recipient, if there was one.</param>
    /// <param name="known">The stage at which it was asked.</param>
    public ImmutableArray<string> AlternativesOf(PolicyVerdict verdict, RuleInput input, string recipient, PolicyStage known)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (verdict.Statement < 0 || _alternatives[verdict.Statement].IsEmpty)
        {
            return [];
        }

        input.Bind(_program.Operands);
        input.Recipient = recipient;
        return _alternatives[verdict.Statement].PathsOf(_alternatives[verdict.Statement].Holding(input, known));
    }

    /// <summary>
    /// Decides as <see cref="EvaluateMessage"/> does and tells what every condition compared; verdicts that are not set count as they do there. Counts
    /// nothing. Allocates.
    /// </summary>
    public PolicyExplanation Explain(RuleInput input, string recipient)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Bind(_program.Operands);
        input.Recipient = recipient;
        var conditions = _statements.Select(statement => statement.Explain(input)).ToArray();
        var deciding = _order.Where(statement => conditions[statement].Holds).Append(PolicyVerdict.Default).First();
        return new PolicyExplanation(
            VerdictOf(deciding),
            [.. conditions.Select((statement, i) => new StatementExplanation(i, _source[i].Action, statement.Holds, i == deciding, statement.Parts))]);
    }

    private PolicyVerdict Decide(RuleInput input)
    {
        for (var (first, block) = (0, 0); first < _order.Length; first += ConditionProgram.BlockSize, block++)
        {
            var all = ulong.MaxValue >> Math.Max(0, ConditionProgram.BlockSize - (_order.Length - first));
            var holding = _program.Holding(block, all, input);
            if (holding != 0)
            {
                return VerdictOf(_order[first + BitOperations.TrailingZeroCount(holding)]);
            }
        }

        return VerdictOf(PolicyVerdict.Default);
    }

    /// <summary>Goes through all that may still decide, up to what certainly does if nothing before it did.</summary>
    private PolicyVerdict Foresee(RuleInput input, PolicyStage known)
    {
        PolicyVerdict? foreseen = null;
        foreach (var statement in _order)
        {
            var holds = _statements[statement].HoldsEarly(input, known);
            if (holds != false)
            {
                foreseen = Either(foreseen, VerdictOf(statement));
            }

            if (holds == true)
            {
                return foreseen!.Value;
            }
        }

        return Either(foreseen, VerdictOf(PolicyVerdict.Default));
    }

    private static PolicyVerdict Either(PolicyVerdict? one, PolicyVerdict other) =>
        one is not { } verdict ? other
        : new PolicyVerdict(verdict.Outcome == other.Outcome ? other.Outcome : PolicyOutcome.NotYetKnown, PolicyVerdict.Undetermined);

    private PolicyVerdict VerdictOf(int statement)
    {
        var action = statement == PolicyVerdict.Default ? _default : _source[statement].Action;
        return new PolicyVerdict(action == AcceptAction.Allow ? PolicyOutcome.Allow : PolicyOutcome.Deny, statement);
    }

    private PolicyVerdict Count(PolicyVerdict verdict)
    {
        if (verdict.Statement != PolicyVerdict.Undetermined)
        {
            _counters.Add(verdict.Statement == PolicyVerdict.Default ? _order.Length : Array.IndexOf(_order, verdict.Statement));
        }

        return verdict;
    }
}
