using System.Collections.Immutable;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Compiler;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>
/// A rule set in force. Rules are asked in order for each recipient, and all that match apply: every condition must hold (any of its
/// values, or none for a negative operator) and no exception. Conditions see the message as it was received, and the recipient as earlier rules
/// have replaced it; added headers go with later deliveries only. Immutable, thread-safe.
/// </summary>
public sealed class CompiledRuleSet
{
    private readonly CompiledRule[] _rules;
    private readonly ConditionProgram _program;

    private CompiledRuleSet(string name, CompiledRule[] rules, ConditionBuilder builder)
    {
        Name = name;
        _rules = rules;
        ReplacesRecipients = rules.Any(rule => rule.Operations.Any(operation => operation is RuleOperation.Replace));
        _program = new ConditionProgram([.. rules.SelectMany(rule => new[] { rule.MessagePart, rule.RecipientPart })], builder.Operands.Build());
    }

    public string Name { get; }

    /// <summary>Some rule replaces recipients, so that where a recipient's mail goes is not known from the recipient alone.</summary>
    public bool ReplacesRecipients { get; }

    /// <summary>The delegate has replaced the trees (<see cref="CompileInBackground"/>).</summary>
    public bool IsCompiled => _program.IsCompiled;

    /// <summary>Prepares a rule set, or says all that is wrong with it and all that this release cannot do of it.</summary>
    public static CompileResult<CompiledRuleSet> Compile(RuleSet ruleSet)
    {
        ArgumentNullException.ThrowIfNull(ruleSet);
        var builder = new ConditionBuilder();
        var operations = new RuleOperations(builder);
        var rules = ruleSet.Rules.Select((rule, i) => Prepare(rule, $"Rules[{i}]", builder, operations)).ToArray();
        return builder.HasErrors ? new(builder.Errors) : new(new CompiledRuleSet(ruleSet.RuleSetName, rules, builder));
    }

    /// <summary>Starts to compile the conditions to a delegate, once; until the task ends the trees serve. Results are the same.</summary>
    public Task CompileInBackground() => _program.CompileInBackground();

    /// <summary>Name of a rule for logs: its own, or its index.</summary>
    public string RuleName(int rule) => _rules[rule].Name ?? $"Rules[{rule}]";

    /// <summary>
    /// Decides on a message. Allocates nothing once the objects have grown to the size of the messages, unless header text must be decoded
    /// (RFC 2047) or there are more than 256 recipients.
    /// </summary>
    /// <param name="input">Its session and message must be set.</param>
    /// <param name="recipients">Of the envelope.</param>
    /// <param name="evaluation">Takes the result.</param>
    public void Evaluate(RuleInput input, ReadOnlySpan<string> recipients, RuleEvaluation evaluation) =>
        Evaluate(input, recipients, evaluation, explanation: null);

    /// <summary>
    /// Runs the rule set as <see cref="Evaluate(RuleInput, ReadOnlySpan{string}, RuleEvaluation)"/> does and tells of each rule and recipient
    /// what every condition compared. Allocates.
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
        input.Bind(_program.Operands);
        evaluation.Begin(recipients);
        for (var rule = 0; rule < _rules.Length; rule++)
        {
            Match(rule, input, evaluation, explanation);
            foreach (var operation in _rules[rule].Operations)
            {
                if (evaluation.Matched.Count == 0)
                {
                    break;
                }

                evaluation.Apply(operation, rule);
            }
        }

        evaluation.End(recipients);
    }

    private void Match(int rule, RuleInput input, RuleEvaluation evaluation, List<RuleExplanation>? explanation)
    {
        var (messageRoot, recipientRoot) = (2 * rule, (2 * rule) + 1);
        var recipients = evaluation.Recipients;
        var matched = evaluation.Matched;
        matched.Clear();
        var mayMatch = _program.Holds(messageRoot, input);
        var isForAll = _rules[rule].RecipientPart.Parts.Length == 0;
        for (var entry = 0; entry < recipients.Count && (mayMatch || explanation is not null); entry++)
        {
            if (!recipients.IsActive(entry))
            {
                continue;
            }

            input.Recipient = recipients.Address(entry);
            if (mayMatch && (isForAll || _program.Holds(recipientRoot, input)))
            {
                matched.Add(entry);
            }

            explanation?.Add(RuleExplanation.Of(rule, _rules[rule], input));
        }
    }

    private static CompiledRule Prepare(Rule rule, string path, ConditionBuilder builder, RuleOperations operations)
    {
        var conditions = rule.Conditions.Select((condition, i) => RuleConditions.Build(builder, condition, $"{path}.Conditions[{i}]"));
        var unless = rule.Unless.Select((condition, i) => RuleConditions.Build(builder, condition, $"{path}.Unless[{i}]"));
        Leaf[] conditionLeaves = [.. conditions.OfType<Leaf>()];
        Leaf[] unlessLeaves = [.. unless.OfType<Leaf>()];
        return new CompiledRule(
            rule.Name,
            conditionLeaves,
            unlessLeaves,
            [.. rule.Actions.Select((action, i) => operations.Build(action, $"{path}.Actions[{i}]")).OfType<RuleOperation>()]);
    }
}
