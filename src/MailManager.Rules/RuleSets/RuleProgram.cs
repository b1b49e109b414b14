using System.Collections.Immutable;
using System.Numerics;
using MailManager.Rules.Compiler;
using MailManager.Rules.Operands;
using MailManager.Rules.Policies;

namespace MailManager.Rules.RuleSets;

/// <summary>The enabled rules of a rule set, in order, and the loop that runs them. Immutable but for its counters, thread-safe.</summary>
internal sealed class RuleProgram
{
    private readonly CompiledRule[] _rules;
    private readonly RuleBlock[] _blocks;

    /// <summary>For each rule: messages whose evaluation ended with it; then for each rule: messages that it matched.</summary>
    private readonly StripedCounters _counters;

    public RuleProgram(CompiledRule[] rules, OperandPlan operands)
    {
        _rules = rules;
        _blocks = [.. RuleBlock.Of(rules)];
        _counters = new StripedCounters(2 * rules.Length);
        Conditions = new ConditionProgram(_blocks.SelectMany(block => block.Parts(rules)), operands);
    }

    public ConditionProgram Conditions { get; }

    /// <summary>The alternatives of a rule that held when it matched, as paths; empty: it has none.</summary>
    /// <param name="rule">Index in the resource.</param>
    /// <param name="evaluation">Of the message.</param>
    public ImmutableArray<string> AlternativesOf(int rule, RuleEvaluation evaluation) =>
        evaluation.AlternativesOf(rule) is var holding and not 0 ? RuleAt(rule).Alternatives.PathsOf(holding) : [];

    /// <param name="names">Of all rules, those that are not enabled too.</param>
    public ImmutableArray<RuleCounters> ReadCounters(ImmutableArray<string> names)
    {
        var counters = names.Select(name => new RuleCounters(name, 0, 0, 0)).ToArray();
        var evaluated = 0L;
        for (var i = _rules.Length - 1; i >= 0; i--)
        {
            evaluated += _counters.Read(i);
            var matched = _counters.Read(_rules.Length + i);
            var rule = _rules[i];
            counters[rule.Index] = new RuleCounters(rule.Name, evaluated, rule.IsShadow ? 0 : matched, rule.IsShadow ? matched : 0);
        }

        return [.. counters];
    }

    /// <param name="input">Bound to the operands.</param>
    /// <param name="evaluation">Begun, with at least one recipient.</param>
    /// <param name="explanation">Takes what each rule compared; null: nobody asks, and the run counts.</param>
    public void Run(RuleInput input, RuleEvaluation evaluation, List<RuleExplanation>? explanation)
    {
        var last = RunBlocks(input, evaluation, explanation);
        if (last >= 0 && explanation is null)
        {
            _counters.Add(last);
        }
    }

    /// <summary>Returns the last rule that was asked; -1: there is none.</summary>
    private int RunBlocks(RuleInput input, RuleEvaluation evaluation, List<RuleExplanation>? explanation)
    {
        for (var number = 0; number < _blocks.Length; number++)
        {
            var block = _blocks[number];
            var mayMatch = Conditions.Holding(RuleBlock.MessageParts(number), block.All, input);
            evaluation.Answers.Clear();
            var matching = AskRecipients(number, mayMatch, input, evaluation);
            for (var rest = explanation is null ? matching : block.All; rest != 0;)
            {
                var bit = BitOperations.TrailingZeroCount(rest);
                var position = block.First + bit;
                rest &= rest - 1;
                Explain(_rules[position], input, evaluation, explanation);
                FindMatched(1UL << bit, evaluation);
                if (evaluation.Matched.Count == 0)
                {
                    continue;
                }

                if (explanation is null)
                {
                    _counters.Add(_rules.Length + position);
                    NoteAlternatives(_rules[position], input, evaluation);
                }

                Apply(_rules[position], evaluation);
                if (!HasActive(evaluation.Recipients))
                {
                    return position;
                }

                // The rule may have replaced recipients; the new ones are for the rules behind it.
                rest |= AskRecipients(number, mayMatch, input, evaluation) & ~((2UL << bit) - 1);
            }
        }

        return _rules.Length - 1;
    }

    /// <summary>
    /// Asks the late parts of a block's rules for each active recipient: all at once, as reading the recipient is the dearer part, and anew for one
    /// whose address a rule has replaced since. Returns bits of the rules that match any of them.
    /// </summary>
    private ulong AskRecipients(int block, ulong mayMatch, RuleInput input, RuleEvaluation evaluation)
    {
        var (recipients, answers) = (evaluation.Recipients, evaluation.Answers);
        var matching = 0UL;
        for (var entry = 0; entry < recipients.Count && mayMatch != 0; entry++)
        {
            if (answers.Count == entry)
            {
                answers.Add(default);
            }

            if (!recipients.IsActive(entry))
            {
                continue;
            }

            var address = recipients.Address(entry);
            if (!ReferenceEquals(answers[entry].Address, address))
            {
                input.Recipient = address;
                answers[entry] = (address, Conditions.Holding(RuleBlock.LateParts(block), mayMatch, input));
            }

            matching |= answers[entry].Rules;
        }

        return matching;
    }

    /// <summary>Collects the active recipients that a rule matches.</summary>
    private static void FindMatched(ulong rule, RuleEvaluation evaluation)
    {
        evaluation.Matched.Clear();
        for (var entry = 0; entry < evaluation.Answers.Count; entry++)
        {
            if ((evaluation.Answers[entry].Rules & rule) != 0 && evaluation.Recipients.IsActive(entry))
            {
                evaluation.Matched.Add(entry);
            }
        }
    }

    private static void NoteAlternatives(CompiledRule rule, RuleInput input, RuleEvaluation evaluation)
    {
        if (rule.Alternatives.IsEmpty)
        {
            return;
        }

        foreach (var entry in evaluation.Matched)
        {
            input.Recipient = evaluation.Recipients.Address(entry);
            evaluation.NoteAlternatives(rule.Index, rule.Alternatives.Holding(input, PolicyStage.Message));
            if (!rule.Alternatives.OfRecipient)
            {
                return;
            }
        }
    }

    private static void Apply(CompiledRule rule, RuleEvaluation evaluation)
    {
        evaluation.Note(rule.Index, rule.IsShadow);
        if (rule.IsShadow)
        {
            return;
        }

        for (var action = 0; action < rule.Operations.Length && evaluation.Matched.Count > 0; action++)
        {
            evaluation.Apply(rule.Operations[action], rule.Index, action);
        }
    }

    private CompiledRule RuleAt(int index) => Array.Find(_rules, rule => rule.Index == index)!;

    private static bool HasActive(RecipientTable recipients)
    {
        for (var entry = 0; entry < recipients.Count; entry++)
        {
            if (recipients.IsActive(entry))
            {
                return true;
            }
        }

        return false;
    }

    private static void Explain(CompiledRule rule, RuleInput input, RuleEvaluation evaluation, List<RuleExplanation>? explanation)
    {
        for (var entry = 0; explanation is not null && entry < evaluation.Recipients.Count; entry++)
        {
            if (evaluation.Recipients.IsActive(entry))
            {
                input.Recipient = evaluation.Recipients.Address(entry);
                explanation.Add(RuleExplanation.Of(rule, input));
            }
        }
    }
}
