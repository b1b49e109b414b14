using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Compiler;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.Policies;

/// <summary>
/// A traffic policy in force. DENY statements are asked first, then ALLOW statements, each kind in list order, then the default applies.
/// Immutable, thread-safe; an evaluation allocates nothing.
/// </summary>
public sealed class CompiledTrafficPolicy
{
    private readonly ConditionProgram _program;
    private readonly AllOf[] _statements;
    private readonly int[] _deny;
    private readonly int[] _allow;
    private readonly AcceptAction _default;

    private CompiledTrafficPolicy(TrafficPolicy policy, AllOf[] statements, ConditionProgram program)
    {
        Name = policy.TrafficPolicyName;
        MaxMessageSizeBytes = policy.MaxMessageSizeBytes;
        _program = program;
        _statements = statements;
        _default = policy.DefaultAction;
        _deny = Statements(policy, AcceptAction.Deny);
        _allow = Statements(policy, AcceptAction.Allow);
    }

    public string Name { get; }

    /// <summary>Largest message in octets, header included; null: the policy sets no limit.</summary>
    public int? MaxMessageSizeBytes { get; }

    /// <summary>The delegate has replaced the tree (<see cref="CompileInBackground"/>).</summary>
    public bool IsCompiled => _program.IsCompiled;

    /// <summary>Prepares a policy, or says all that this release cannot do of it.</summary>
    public static CompileResult<CompiledTrafficPolicy> Compile(TrafficPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var builder = new ConditionBuilder();
        var statements = new AllOf[policy.PolicyStatements.Length];
        for (var i = 0; i < statements.Length; i++)
        {
            statements[i] = PolicyConditions.Build(builder, policy.PolicyStatements[i], $"PolicyStatements[{i}]");
        }

        return builder.HasErrors
            ? new(builder.Errors)
            : new(new CompiledTrafficPolicy(policy, statements, new ConditionProgram(statements, builder.Operands.Build())));
    }

    /// <summary>Starts to compile the statements to a delegate, once; until the task ends the tree serves. Results are the same.</summary>
    public Task CompileInBackground() => _program.CompileInBackground();

    /// <summary>Decides on one recipient. Definite.</summary>
    /// <param name="input">Its session must be set.</param>
    /// <param name="recipient">The forward-path as given in RCPT, sub-address included, without angle brackets.</param>
    public PolicyVerdict Evaluate(RuleInput input, string recipient)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Bind(_program.Operands);
        input.Recipient = recipient;
        foreach (var statement in _deny)
        {
            if (_program.Holds(statement, input))
            {
                return new PolicyVerdict(AcceptAction.Deny, statement);
            }
        }

        foreach (var statement in _allow)
        {
            if (_program.Holds(statement, input))
            {
                return new PolicyVerdict(AcceptAction.Allow, statement);
            }
        }

        return new PolicyVerdict(_default, PolicyVerdict.Default);
    }

    /// <summary>
    /// Decides before the first recipient what can be decided: an outcome other than <see cref="EarlyOutcome.NotYetKnown"/> is final for
    /// every recipient. Conditions are taken one by one, so a policy whose statements exclude each other in subtle ways may be
    /// found not yet known although it is decided; never the reverse.
    /// </summary>
    /// <param name="input">Its session must be set.</param>
    /// <param name="isTlsFinal">
    /// False while the session may still begin TLS (clear text, STARTTLS on offer, no MAIL yet): TLS conditions then count as not yet known.
    /// True once TLS is in force, when it is not offered, and from MAIL on (STARTTLS would end the transaction).
    /// </param>
    public EarlyPolicyVerdict EvaluateEarly(RuleInput input, bool isTlsFinal)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Bind(_program.Operands);
        var known = isTlsFinal ? Stage.Tls : Stage.Connection;
        var possible = default(Outcomes);
        return possible.AddFirst(_deny, EarlyOutcome.Deny, this, input, known) || possible.AddFirst(_allow, EarlyOutcome.Allow, this, input, known)
            ? possible.Verdict
            : possible.Add(_default == AcceptAction.Deny ? EarlyOutcome.Deny : EarlyOutcome.Allow, PolicyVerdict.Default).Verdict;
    }

    private static int[] Statements(TrafficPolicy policy, AcceptAction action) =>
        [.. Enumerable.Range(0, policy.PolicyStatements.Length).Where(i => policy.PolicyStatements[i].Action == action)];

    /// <summary>True or false when known, else null.</summary>
    private bool? HoldsEarly(int statement, RuleInput input, Stage known)
    {
        var isKnown = true;
        foreach (var condition in _statements[statement].Parts)
        {
            if (condition.Stage > known)
            {
                isKnown = false;
            }
            else if (!condition.Holds(input))
            {
                return false;
            }
        }

        return isKnown ? true : null;
    }

    /// <summary>The outcomes that are still possible, folded to one verdict.</summary>
    private struct Outcomes
    {
        private bool _any;

        public EarlyPolicyVerdict Verdict { get; private set; }

        /// <summary>Adds the statements that may decide, up to the first that certainly holds if none before did; true if there is one.</summary>
        public bool AddFirst(int[] statements, EarlyOutcome outcome, CompiledTrafficPolicy policy, RuleInput input, Stage known)
        {
            foreach (var statement in statements)
            {
                var holds = policy.HoldsEarly(statement, input, known);
                if (holds != false)
                {
                    Add(outcome, statement);
                }

                if (holds == true)
                {
                    return true;
                }
            }

            return false;
        }

        public Outcomes Add(EarlyOutcome outcome, int statement)
        {
            Verdict = !_any ? new EarlyPolicyVerdict(outcome, statement)
                : Verdict.Outcome == outcome ? new EarlyPolicyVerdict(outcome, EarlyPolicyVerdict.Undetermined)
                : new EarlyPolicyVerdict(EarlyOutcome.NotYetKnown, EarlyPolicyVerdict.Undetermined);
            _any = true;
            return this;
        }
    }
}
