using MailManager.Resources.Binding;
using MailManager.Resources.Tags;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads a <see cref="RuleSet"/> in the shape of <c>CreateRuleSet</c>.</summary>
public static class RuleSetReader
{
    /// <summary>Rules per set.</summary>
    public const int MaximumRules = 40;

    internal static readonly TextRule Name = new(1, 100, "[a-zA-Z0-9_.-]+");

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

        var rules = map.RequiredItems("Rules", 0, MaximumRules, new RuleReader().Read);
        var tags = ResourceTag.ReadFrom(map);
        return map.Failed ? null : new RuleSet { RuleSetName = name!, Rules = rules, Tags = tags };
    }
}
