using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>One enabled rule, prepared.</summary>
internal sealed class CompiledRule
{
    /// <param name="index">In the resource.</param>
    /// <param name="name">Its id, else its name, else its index.</param>
    /// <param name="isShadow">Evaluated, never applied.</param>
    /// <param name="conditions">In the order of the resource.</param>
    /// <param name="unless">In the order of the resource.</param>
    /// <param name="operations">In order.</param>
    /// <param name="builder">Of the conditions.</param>
    public CompiledRule(
        int index, string name, bool isShadow, Condition[] conditions, Condition[] unless, RuleOperation[] operations, ConditionBuilder builder)
    {
        (Index, Name, IsShadow, Conditions, Unless, Operations) = (index, name, isShadow, conditions, unless, operations);
        Alternatives = new Alternatives(conditions.Select((condition, i) => (condition, $"Conditions[{i}]")));
        Condition[] all = [.. conditions, .. unless.Select(exception => new Not(exception))];
        ReadsContent = all.Any(condition => condition.Cost >= Condition.CostOfContent);
        MessagePart = new AllOf(all.Where(condition => !IsLate(condition)));
        LatePart = new AllOf(all.Where(IsLate).Select(condition => condition.OfRecipient ? condition : builder.Once(condition)));
    }

    public int Index { get; }

    public string Name { get; }

    public bool IsShadow { get; }

    public Condition[] Conditions { get; }

    public Condition[] Unless { get; }

    public RuleOperation[] Operations { get; }

    /// <summary>Those of its conditions that need not hold although it matches.</summary>
    public Alternatives Alternatives { get; }

    /// <summary>Some condition asks for what only the whole message shows.</summary>
    public bool ReadsContent { get; }

    /// <summary>What is the same for all recipients and does not need the whole message: asked once a message, with those of other rules.</summary>
    public AllOf MessagePart { get; }

    /// <summary>The rest: asked for each recipient where the message part holds, what needs the whole message last.</summary>
    public AllOf LatePart { get; }

    private static bool IsLate(Condition condition) => condition.OfRecipient || condition.Cost >= Condition.CostOfContent;
}
