using System.Collections.Immutable;
using MailManager.Rules.Policies;

namespace MailManager.Rules.Expressions;

/// <summary>Several conditions that are combined.</summary>
internal abstract class Combination : Condition
{
    private protected Combination(IEnumerable<Condition> parts)
    {
        Parts = [.. parts];
        Ordered = [.. Parts.OrderBy(part => part.Cost)];
        Cost = Parts.Sum(part => part.Cost);
        Known = Parts.Select(part => part.Known).DefaultIfEmpty().Max();
        OfRecipient = Parts.Any(part => part.OfRecipient);
    }

    /// <summary>As written.</summary>
    public Condition[] Parts { get; }

    /// <summary>As they are asked: the cheapest first.</summary>
    public Condition[] Ordered { get; }

    public override int Cost { get; }

    public override PolicyStage Known { get; }

    public override bool OfRecipient { get; }

    private protected abstract string Name { get; }

    public override ConditionExplanation Explain(RuleInput input)
    {
        ImmutableArray<ConditionExplanation> parts = [.. Parts.Select(part => part.Explain(input))];
        return new ConditionExplanation(Name, string.Empty, Combine(parts), Hit: null, parts);
    }

    private protected abstract bool Combine(ImmutableArray<ConditionExplanation> parts);
}

/// <summary>Holds when all of its parts do; with none it always holds.</summary>
internal sealed class AllOf(IEnumerable<Condition> parts) : Combination(parts)
{
    private protected override string Name => "ALL_OF";

    public override bool Holds(RuleInput input)
    {
        foreach (var part in Ordered)
        {
            if (!part.Holds(input))
            {
                return false;
            }
        }

        return true;
    }

    public override bool? HoldsEarly(RuleInput input, PolicyStage stage)
    {
        bool? answer = true;
        foreach (var part in Ordered)
        {
            var holds = part.HoldsEarly(input, stage);
            if (holds == false)
            {
                return false;
            }

            answer = holds is null ? null : answer;
        }

        return answer;
    }

    private protected override bool Combine(ImmutableArray<ConditionExplanation> parts) => parts.All(part => part.Holds);
}

/// <summary>Holds when any of its parts does; with none it never holds.</summary>
internal sealed class AnyOf(IEnumerable<Condition> parts) : Combination(parts)
{
    private protected override string Name => "ANY_OF";

    public override bool Holds(RuleInput input)
    {
        foreach (var part in Ordered)
        {
            if (part.Holds(input))
            {
                return true;
            }
        }

        return false;
    }

    public override bool? HoldsEarly(RuleInput input, PolicyStage stage)
    {
        bool? answer = false;
        foreach (var part in Ordered)
        {
            var holds = part.HoldsEarly(input, stage);
            if (holds == true)
            {
                return true;
            }

            answer = holds is null ? null : answer;
        }

        return answer;
    }

    private protected override bool Combine(ImmutableArray<ConditionExplanation> parts) => parts.Any(part => part.Holds);
}

/// <summary>Holds when its part does not.</summary>
internal sealed class Not(Condition part) : Condition
{
    public Condition Part { get; } = part;

    public override int Cost => Part.Cost + 1;

    public override PolicyStage Known => Part.Known;

    public override bool OfRecipient => Part.OfRecipient;

    public override bool Holds(RuleInput input) => !Part.Holds(input);

    public override bool? HoldsEarly(RuleInput input, PolicyStage stage) => !Part.HoldsEarly(input, stage);

    public override ConditionExplanation Explain(RuleInput input)
    {
        var part = Part.Explain(input);
        return new ConditionExplanation("NOT", string.Empty, !part.Holds, Hit: null, [part]);
    }
}

/// <summary>
/// What is the same for all recipients in the midst of what is not, or dear: asked once a message.
/// </summary>
/// <param name="number">Where the answer is kept.</param>
internal sealed class OncePerMessage(int number, Condition part) : Condition
{
    public int Number { get; } = number;

    public Condition Part { get; } = part;

    public override int Cost => Part.Cost;

    public override PolicyStage Known => Part.Known;

    public override bool Holds(RuleInput input) => input.HoldsForAll(Number, Part);

    public override bool? HoldsEarly(RuleInput input, PolicyStage stage) => Known <= stage ? Holds(input) : Part.HoldsEarly(input, stage);

    public override ConditionExplanation Explain(RuleInput input) => Part.Explain(input);
}
