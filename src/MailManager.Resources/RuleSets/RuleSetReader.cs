using MailManager.Resources.Binding;
using MailManager.Resources.Tags;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads a <see cref="RuleSet"/> in the shape of <c>CreateRuleSet</c>.</summary>
public static class RuleSetReader
{
    /// <summary>Rules per set.</summary>
    public const int MaximumRules = 40;

    /// <summary>Conditions per rule, and as many exceptions.</summary>
    public const int MaximumConditions = 10;

    /// <summary>Actions per rule.</summary>
    public const int MaximumActions = 10;

    /// <summary>Relay and Send actions per rule set, over all of its rules; the service's quota.</summary>
    public const int MaximumDeliveries = 10;

    internal static readonly TextRule Name = new(1, 100, "[a-zA-Z0-9_.-]+");
    internal static readonly TextRule RuleName = new(1, 32, "[a-zA-Z0-9_.-]+");

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    public static RuleSet? Read(DocumentValue value)
    {
        if (value.Map(["RuleSetName", "Rules", "Tags"]) is not { } map)
        {
            return null;
        }

        var nameValue = map.Required("RuleSetName");
        var name = nameValue?.Text(Name);
        if (name is not null)
        {
            value.Context.Declare(ResourceKind.RuleSet, name, nameValue!);
        }

        var deliveries = new DeliveryCount();
        var rules = map.RequiredItems("Rules", 0, MaximumRules, item => ReadRule(item, deliveries));
        var tags = ResourceTag.ReadFrom(map);
        return map.Failed ? null : new RuleSet { RuleSetName = name!, Rules = rules, Tags = tags };
    }

    private static Rule? ReadRule(DocumentValue value, DeliveryCount deliveries)
    {
        if (value.Map(["Name", "Conditions", "Unless", "Actions"]) is not { } map)
        {
            return null;
        }

        var name = map.OptionalText("Name", RuleName);
        var conditions = map.Items("Conditions", 0, MaximumConditions, RuleConditionReader.Read);
        var unless = map.Items("Unless", 0, MaximumConditions, RuleConditionReader.Read);
        var actions = map.RequiredItems("Actions", 1, MaximumActions, item => ReadAction(item, deliveries));
        return map.Failed ? null : new Rule { Name = name, Conditions = conditions, Unless = unless, Actions = actions };
    }

    private static RuleAction? ReadAction(DocumentValue value, DeliveryCount deliveries)
    {
        var action = RuleActionReader.Read(value);
        if (action is RuleAction.Relay or RuleAction.Send && ++deliveries.SoFar > MaximumDeliveries)
        {
            value.Error($"is Relay or Send action number {deliveries.SoFar} of its rule set, which may have at most {MaximumDeliveries}");
        }

        return action;
    }

    /// <summary>Relay and Send actions met in one rule set.</summary>
    private sealed class DeliveryCount
    {
        public int SoFar { get; set; }
    }
}
