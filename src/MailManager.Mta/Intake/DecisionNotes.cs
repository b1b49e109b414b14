using System.Collections.Immutable;
using MailManager.Queue.History;
using MailManager.Rules;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Intake;

/// <summary>
/// What is kept with a message of the decisions on it. Most messages are decided on as the one before was, and share what was noted of that. Belongs to its
/// workspace.
/// </summary>
internal sealed class DecisionNotes
{
    private CompiledTrafficPolicy? _policy;
    private CompiledRuleSet? _ruleSet;
    private PolicyHistory? _lastPolicy;
    private RuleHistory? _lastRules;

    /// <summary>What let the recipients in.</summary>
    /// <param name="policy">In force.</param>
    /// <param name="workspace">Its input is that of the message.</param>
    public PolicyHistory PolicyOf(CompiledTrafficPolicy policy, IntakeWorkspace workspace)
    {
        if (!ReferenceEquals(policy, _policy) || !IsAsBefore(policy, workspace))
        {
            _policy = policy;
            _lastPolicy = Note(policy, workspace);
        }

        return _lastPolicy!;
    }

    /// <summary>The rules that matched.</summary>
    /// <param name="ruleSet">In force.</param>
    /// <param name="evaluation">Of the message.</param>
    public RuleHistory RulesOf(CompiledRuleSet ruleSet, RuleEvaluation evaluation)
    {
        if (!ReferenceEquals(ruleSet, _ruleSet) || !IsAsBefore(ruleSet, evaluation))
        {
            _ruleSet = ruleSet;
            _lastRules = Note(ruleSet, evaluation);
        }

        return _lastRules!;
    }

    /// <summary>One statement without alternatives let in all, and it is the same.</summary>
    private bool IsAsBefore(CompiledTrafficPolicy policy, IntakeWorkspace workspace)
    {
        if (_lastPolicy is not { Statements: [{ Alternatives.IsEmpty: true } statement], ByRecipient.IsEmpty: true } || workspace.Returning.Count > 0)
        {
            return false;
        }

        for (var i = 0; i < workspace.Verdicts.Count; i++)
        {
            if (workspace.Verdicts[i].Statement != statement.Statement || !AlternativesOf(policy, workspace, i).IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsAsBefore(CompiledRuleSet ruleSet, RuleEvaluation evaluation)
    {
        var (applied, shadows, before) = (evaluation.MatchedRules, evaluation.ShadowMatchedRules, _lastRules!.Rules);
        if (before.Length != applied.Count + shadows.Count)
        {
            return false;
        }

        for (var i = 0; i < before.Length; i++)
        {
            var (rule, isShadow) = i < applied.Count ? (applied[i], false) : (shadows[i - applied.Count], true);
            if (before[i].Index != rule || before[i].IsShadow != isShadow || !before[i].Alternatives.IsEmpty || !ruleSet.AlternativesOf(rule, evaluation).IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private static PolicyHistory Note(CompiledTrafficPolicy policy, IntakeWorkspace workspace)
    {
        List<StatementMatch> statements = [];
        var byRecipient = ImmutableArray.CreateBuilder<int>(workspace.Verdicts.Count);
        for (var i = 0; i < workspace.Verdicts.Count; i++)
        {
            var (statement, alternatives) = (workspace.Verdicts[i].Statement, AlternativesOf(policy, workspace, i));
            var known = statements.FindIndex(other => other.Statement == statement && other.Alternatives.AsSpan().SequenceEqual(alternatives.AsSpan()));
            if (known < 0)
            {
                known = statements.Count;
                statements.Add(new StatementMatch(statement, alternatives));
            }

            byRecipient.Add(known);
        }

        var isOneForAll = statements.Count == 1 && workspace.Returning.Count == 0;
        return new PolicyHistory(policy.Name, [.. statements], isOneForAll ? [] : byRecipient.MoveToImmutable());
    }

    private static RuleHistory Note(CompiledRuleSet ruleSet, RuleEvaluation evaluation) => new(
        ruleSet.Name,
        [
            .. evaluation.MatchedRules.Select(rule => Match(ruleSet, evaluation, rule, isShadow: false)),
            .. evaluation.ShadowMatchedRules.Select(rule => Match(ruleSet, evaluation, rule, isShadow: true)),
        ]);

    private static ImmutableArray<string> AlternativesOf(CompiledTrafficPolicy policy, IntakeWorkspace workspace, int recipient) =>
        policy.AlternativesOf(workspace.Verdicts[recipient], workspace.Input, workspace.Recipients[recipient], PolicyStage.Recipient);

    private static RuleMatch Match(CompiledRuleSet ruleSet, RuleEvaluation evaluation, int rule, bool isShadow)
    {
        var (id, name) = ruleSet.NamesOf(rule);
        return new RuleMatch(rule, id, name, isShadow, ruleSet.AlternativesOf(rule, evaluation));
    }
}
