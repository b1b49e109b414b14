using System.Collections.Immutable;
using MailManager.Messages.Envelope;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>
/// A rule set in force. Rules are asked in order for each recipient, and all that match apply: every condition must hold (any of its
/// values, or none for a negative operator) and no exception. Conditions see the message as it was received, and the recipient as earlier rules
/// have replaced it; changed headers go with later deliveries only. Immutable but for its counters, thread-safe.
/// </summary>
public sealed class CompiledRuleSet
{
    private readonly ImmutableArray<Rule> _rules;
    private readonly ImmutableArray<string> _names;
    private readonly RuleProgram _program;
    private readonly RuleEnvironment _environment;

    private CompiledRuleSet(RuleSet source, ImmutableArray<string> names, CompiledRule[] rules, ConditionBuilder builder, RuleEnvironment environment)
    {
        Name = source.RuleSetName;
        Requirements = builder.Requirements;
        _rules = source.Rules;
        _names = names;
        _environment = environment;
        _program = new RuleProgram(rules, builder.Operands.Build());
        var operations = rules.Where(rule => !rule.IsShadow).SelectMany(rule => rule.Operations).ToArray();
        ReplacesRecipients = operations.Any(operation => operation is RuleOperation.Replace or RuleOperation.ReplaceEach);
        Sends = operations.Any(operation => operation is RuleOperation.Deliver { Target.RelayName: null });
    }

    public string Name { get; }

    /// <summary>Some rule replaces recipients, so that where a recipient's mail goes is not known from the recipient alone.</summary>
    public bool ReplacesRecipients { get; }

    /// <summary>Some rule sends to the mail servers of recipients' domains.</summary>
    public bool Sends { get; }

    /// <summary>What has to be found out of sessions and messages before they are evaluated, and the conditions that need it.</summary>
    public ImmutableArray<Requirement> Requirements { get; }

    /// <summary>Compiled conditions have replaced the trees (<see cref="CompileInBackground"/>).</summary>
    public bool IsCompiled => _program.Conditions.IsCompiled;

    /// <summary>
    /// Prepares a rule set, or says all that is wrong with it and all that this release cannot do of it. Rules that are not enabled are checked, and otherwise
    /// not there.
    /// </summary>
    /// <param name="ruleSet">To be prepared.</param>
    /// <param name="environment">What it refers to by name, and may relay for.</param>
    public static CompileResult<CompiledRuleSet> Compile(RuleSet ruleSet, RuleEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(ruleSet);
        ArgumentNullException.ThrowIfNull(environment);
        var builder = new ConditionBuilder(environment);
        var operations = new RuleOperations(builder, environment);
        ImmutableArray<string> names = [.. ruleSet.Rules.Select((rule, i) => rule.Id ?? rule.Name ?? $"Rules[{i}]")];
        var rules = new List<CompiledRule>(names.Length);
        for (var i = 0; i < names.Length; i++)
        {
            if (ruleSet.Rules[i].Enabled)
            {
                rules.Add(Prepare(ruleSet.Rules[i], i, names[i], builder, operations));
            }
            else
            {
                var unused = builder.OnlyErrors();
                Prepare(ruleSet.Rules[i], i, names[i], unused, new RuleOperations(unused, environment));
                builder.AddErrors(unused);
            }
        }

        return builder.HasErrors
            ? new(builder.Errors, builder.Requirements)
            : new(new CompiledRuleSet(ruleSet, names, [.. rules], builder, environment), builder.Requirements);
    }

    /// <summary>Starts to compile the conditions, once; until the task ends the trees serve. Results are the same.</summary>
    public Task CompileInBackground() => _program.Conditions.CompileInBackground();

    /// <summary>Whether some enabled rule needs something of that kind to be found out.</summary>
    public bool Needs(RequirementKind kind) => Requirements.Any(requirement => requirement.Kind == kind);

    /// <summary>
    /// Whether anything can be done for a recipient, which is known before the message comes: one of no verified identity is neither relayed for
    /// nor, but for authenticated clients, sent to, unless it is replaced.
    /// </summary>
    public bool MayServe(SessionFacts session, string reversePath, string recipient) =>
        ReplacesRecipients
        || _environment.Identities.Covers(recipient)
        || (Sends && new MessagePermits(_environment, session, reversePath).ToSend(recipient) == ActionFailureReason.None);

    /// <summary>Name of a rule for logs: its id, else its name, else its index.</summary>
    public string RuleName(int rule) => _names[rule];

    /// <summary>What a rule is called in its resource, where it may have both, one or neither.</summary>
    public (string? Id, string? Name) NamesOf(int rule) => (_rules[rule].Id, _rules[rule].Name);

    /// <summary>
    /// Of a rule that matched: which alternatives of its conditions held, as paths, such as <c>Conditions[0].AnyOf[1]</c>; empty: it has none. Whatever is no
    /// alternative held, or it would not have matched. Allocates if there are some.
    /// </summary>
    public ImmutableArray<string> AlternativesOf(int rule, RuleEvaluation evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        return _program.AlternativesOf(rule, evaluation);
    }

    /// <summary>The counters of all rules, by index; of those that are not enabled, zero.</summary>
    public ImmutableArray<RuleCounters> ReadCounters() => _program.ReadCounters(_names);

    /// <summary>
    /// Decides on a message. Allocates nothing once the objects have grown to the size of the messages, unless header text must be decoded
    /// (RFC 2047), attachments are looked for, or there are more than 256 recipients.
    /// </summary>
    /// <param name="input">Its session, message and, where needed, verdicts must be set.</param>
    /// <param name="recipients">Of the envelope.</param>
    /// <param name="evaluation">Takes the result.</param>
    public void Evaluate(RuleInput input, ReadOnlySpan<string> recipients, RuleEvaluation evaluation) =>
        Evaluate(input, recipients, evaluation, explanation: null);

    /// <summary>
    /// Runs the rule set as <see cref="Evaluate(RuleInput, ReadOnlySpan{string}, RuleEvaluation)"/> does and tells of each rule and recipient
    /// what every condition compared. Counts nothing. Allocates.
    /// </summary>
    public ImmutableArray<RuleExplanation> Explain(RuleInput input, ReadOnlySpan<string> recipients, RuleEvaluation evaluation)
    {
        var explanation = new List<RuleExplanation>();
        Evaluate(input, recipients, evaluation, explanation);
        return [.. explanation];
    }

    private void Evaluate(RuleInput input, ReadOnlySpan<string> recipients, RuleEvaluation evaluation, List<RuleExplanation>? explanation)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(evaluation);
        input.Bind(_program.Conditions.Operands);
        evaluation.Begin(recipients, new MessagePermits(_environment, input.Session, input.ReversePath));
        if (!recipients.IsEmpty)
        {
            _program.Run(input, evaluation, explanation);
        }

        evaluation.End();
    }

    private static CompiledRule Prepare(Rule rule, int index, string name, ConditionBuilder builder, RuleOperations operations)
    {
        var path = $"Rules[{index}]";
        var conditions = new RuleConditions(builder);
        return new CompiledRule(
            index,
            name,
            rule.Shadow,
            [.. rule.Conditions.Select((condition, i) => conditions.Build(condition, $"{path}.Conditions[{i}]")).OfType<Condition>()],
            [.. rule.Unless.Select((condition, i) => conditions.Build(condition, $"{path}.Unless[{i}]")).OfType<Condition>()],
            [.. rule.Actions.Select((action, i) => operations.Build(action, $"{path}.Actions[{i}]")).OfType<RuleOperation>()],
            builder);
    }
}
