using System.Collections.Immutable;
using MailManager.Resources.RuleSets;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>
/// What a rule set does for one recipient, as far as it decides whether somebody takes care of it and whether later rules see it. Rules that are disabled or
/// shadows do nothing.
/// </summary>
internal sealed class RuleFlow(RuleSet ruleSet, AtomTable atoms, ClientProfile profile)
{
    private readonly FlowRule[] _rules = [.. ruleSet.Rules.Select(rule => new FlowRule(Match(rule, atoms), Steps(rule, atoms, profile)))];

    /// <summary>All conditions of a rule hold and none of its exceptions, whether or not it is enabled.</summary>
    public Formula MatchOf(int rule) => _rules[rule].Match;

    /// <summary>The rule, if it matches, ends processing.</summary>
    public Formula EndsOf(int rule) => Formula.AnyOf(_rules[rule].Steps.OfType<FlowStep.Ends>().Select(step => step.When));

    public bool IsReplacing(int rule) => _rules[rule].Steps.Any(step => step is FlowStep.Replaces);

    /// <summary>The ways in which a recipient comes to the rule, which is not asked yet.</summary>
    public IEnumerable<FlowPath> PathsTo(int rule, Func<string, int?> candidateOf) => Paths(FlowPath.Start, 0, rule, candidateOf, unserved: false);

    /// <summary>The ways in which nobody takes care of a recipient or of one of those it was replaced by.</summary>
    public IEnumerable<FlowPath> UnservedPaths(Func<string, int?> candidateOf) => Paths(FlowPath.Start, 0, _rules.Length, candidateOf, unserved: true);

    private IEnumerable<FlowPath> Paths(FlowPath path, int rule, int end, Func<string, int?> candidateOf, bool unserved)
    {
        if (rule == end)
        {
            return [path];
        }

        var (match, steps) = _rules[rule];
        if (!IsReplacing(rule))
        {
            var stops = Formula.AnyOf(steps.Select(step => Stops(step, unserved)).OfType<Formula>());
            return Paths(path.With(Formula.AllOf([match, stops]), wanted: false), rule + 1, end, candidateOf, unserved);
        }

        var passing = Paths(path.With(match, wanted: false), rule + 1, end, candidateOf, unserved);
        var replaced = steps.Aggregate<FlowStep, IEnumerable<FlowPath>>(
            [path.With(match, wanted: true)],
            (paths, step) => step is FlowStep.Replaces replaces
                ? paths.SelectMany(before => replaces.Options(before, candidateOf))
                : Stops(step, unserved) is { } stops ? paths.Select(before => before.With(stops, wanted: false)) : paths);
        return passing.Concat(replaced.SelectMany(after => Paths(after, rule + 1, end, candidateOf, unserved)));
    }

    private static Formula? Stops(FlowStep step, bool unserved) => step switch
    {
        FlowStep.Ends ends => ends.When,
        FlowStep.Serves serves when unserved => serves.When,
        _ => null,
    };

    private static Formula Match(Rule rule, AtomTable atoms) =>
        Formula.AllOf([.. rule.Conditions.Select(atoms.Of), .. rule.Unless.Select(condition => new Formula.Not(atoms.Of(condition)))]);

    private static ImmutableArray<FlowStep> Steps(Rule rule, AtomTable atoms, ClientProfile profile) =>
        rule.Enabled && !rule.Shadow ? [.. rule.Actions.SelectMany(action => Steps(action, atoms, profile))] : [];

    private static FlowStep[] Steps(RuleAction action, AtomTable atoms, ClientProfile profile)
    {
        switch (action)
        {
            case RuleAction.Drop or RuleAction.Reject:
                return [new FlowStep.Ends(Formula.True)];
            case RuleAction.Relay relay:
                return Steps(atoms.RecipientIsVerified(), relay.OnFailure);
            case RuleAction.Send send:
                var toAnyone = profile.IsAuthenticated ? Formula.AnyOf([atoms.SenderIsNull(), atoms.SenderIsVerified()]) : Formula.False;
                return Steps(Formula.AnyOf([atoms.RecipientIsVerified(), toAnyone]), send.OnFailure);
            case RuleAction.Bounce bounce:
                return Steps(new Formula.Not(atoms.SenderIsNull()), bounce.OnFailure);
            case RuleAction.ReplaceRecipient replace:
                return [new FlowStep.Replaces(replace.ReplaceWith, MayStay: false)];
            case RuleAction.MapRecipient or RuleAction.RewriteRecipient:
                return [new FlowStep.Replaces([], MayStay: true)];
            default:
                return [];
        }
    }

    private static FlowStep[] Steps(Formula succeeds, ActionFailurePolicy? onFailure) => onFailure == ActionFailurePolicy.Drop
        ? [new FlowStep.Serves(succeeds), new FlowStep.Ends(new Formula.Not(succeeds))]
        : [new FlowStep.Serves(succeeds)];

    private sealed record FlowRule(Formula Match, ImmutableArray<FlowStep> Steps);
}

/// <summary>What an action does for the recipients of its rule.</summary>
internal abstract record FlowStep
{
    /// <summary>A delivery or a bounce, if the formula holds.</summary>
    public sealed record Serves(Formula When) : FlowStep;

    /// <summary>No rule sees the recipient any more, if the formula holds.</summary>
    public sealed record Ends(Formula When) : FlowStep;

    /// <param name="With">The new recipients; empty: they depend on the old one.</param>
    /// <param name="MayStay">Some recipients are not replaced.</param>
    public sealed record Replaces(ImmutableArray<string> With, bool MayStay) : FlowStep
    {
        /// <summary>Each way to go on with one of the new recipients.</summary>
        public IEnumerable<FlowPath> Options(FlowPath before, Func<string, int?> candidateOf)
        {
            if (MayStay)
            {
                yield return before;
            }

            foreach (var choice in With.IsEmpty ? [RecipientChoice.Any] : With.Select(address => new RecipientChoice(candidateOf(address))))
            {
                yield return before.Replaced(choice);
            }
        }
    }
}

/// <summary>One way through a rule set: what must and must not hold for it, and what became of the recipient.</summary>
internal sealed record FlowPath(ImmutableArray<Goal> Goals, ImmutableArray<RecipientChoice> Recipients)
{
    public static FlowPath Start { get; } = new([], [RecipientChoice.Any]);

    private int Current => Recipients.Length - 1;

    public FlowPath With(Formula formula, bool wanted) => this with { Goals = Goals.Add(new Goal(formula, wanted, Current)) };

    public FlowPath Replaced(RecipientChoice choice) => this with { Recipients = Recipients.Add(choice) };

    /// <summary>The question whether it can be gone, with more that is to hold of the recipient of the envelope or (last) of what it has become.</summary>
    public Question Ask(IEnumerable<Goal> ofEnvelope, Formula? ofLast = null) =>
        new([.. ofEnvelope, .. ofLast is null ? [] : new[] { new Goal(ofLast, true, Current) }, .. Goals], Recipients);
}
