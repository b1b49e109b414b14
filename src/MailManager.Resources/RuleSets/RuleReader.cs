using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads the rules of one rule set, and what may be there only so often or once in all of them.</summary>
internal sealed class RuleReader
{
    /// <summary>Conditions per rule, and as many exceptions.</summary>
    public const int MaximumConditions = 10;

    /// <summary>Actions per rule.</summary>
    public const int MaximumActions = 10;

    /// <summary>Relay and Send actions per rule set, over all of its rules; the service's quota.</summary>
    public const int MaximumDeliveries = 10;

    internal static readonly TextRule RuleName = new(1, 32, "[a-zA-Z0-9_.-]+");
    internal static readonly TextRule RuleId = new(1, 64, "[a-zA-Z0-9_.-]+");
    internal static readonly TextRule Description = new(1, 1000);

    private readonly Dictionary<string, SourceLocation> _ids = new(StringComparer.Ordinal);
    private int _deliveries;

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    public Rule? Read(DocumentValue value)
    {
        if (value.Map(["Name", "Id", "Description", "Enabled", "Shadow", "Conditions", "Unless", "Actions"]) is not { } map)
        {
            return null;
        }

        var name = map.OptionalText("Name", RuleName);
        var id = map.Optional("Id") is { } idValue ? ReadId(idValue) : null;
        var description = map.OptionalText("Description", Description);
        var enabled = map.Boolean("Enabled", otherwise: true);
        var shadow = map.Boolean("Shadow", otherwise: false);
        var reader = new RuleConditionReader();
        var conditions = map.Items("Conditions", 0, MaximumConditions, reader.Read);
        var unless = map.Items("Unless", 0, MaximumConditions, reader.Read);
        var actions = map.RequiredItems("Actions", 1, MaximumActions, ReadAction);
        return map.Failed ? null : new Rule
        {
            Name = name,
            Id = id,
            Description = description,
            Enabled = enabled,
            Shadow = shadow,
            Conditions = conditions,
            Unless = unless,
            Actions = actions,
        };
    }

    private string? ReadId(DocumentValue value)
    {
        var id = value.Text(RuleId);
        if (id is not null && !_ids.TryAdd(id, value.Location))
        {
            value.Error($"another rule of the set has the Id '{id}', on line {_ids[id].Line}");
        }

        return id;
    }

    private RuleAction? ReadAction(DocumentValue value)
    {
        var action = RuleActionReader.Read(value);
        if (action is RuleAction.Relay or RuleAction.Send && ++_deliveries > MaximumDeliveries)
        {
            value.Error($"is Relay or Send action number {_deliveries} of its rule set, which may have at most {MaximumDeliveries}");
        }

        return action;
    }
}
