using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;
using MailManager.Resources.Tags;

namespace MailManager.Resources.TrafficPolicies;

/// <summary>Reads a <see cref="TrafficPolicy"/> in the shape of <c>CreateTrafficPolicy</c>.</summary>
public static class TrafficPolicyReader
{
    /// <summary>Statements per policy; the service's quota.</summary>
    public const int MaximumStatements = 20;

    /// <summary>Conditions per statement; the service's quota.</summary>
    public const int MaximumConditions = 10;

    internal static readonly TextRule Name = new(3, 63, "[A-Za-z0-9_-]+");
    internal static readonly TextRule ReplyText = new(1, 256, @"[\x20-\x7e]+", "printable ASCII");

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    public static TrafficPolicy? Read(DocumentValue value)
    {
        if (value.Map(["TrafficPolicyName", "PolicyStatements", "DefaultAction", "MaxMessageSizeBytes", "Tags"]) is not { } map)
        {
            return null;
        }

        var name = ReadName(map);
        var statements = map.RequiredItems("PolicyStatements", 0, MaximumStatements, ReadStatement);
        var defaultAction = map.Word("DefaultAction", OperatorWords.AcceptAction);
        var maximumSize = map.Optional("MaxMessageSizeBytes")?.Integer(1, int.MaxValue);
        var tags = ResourceTag.ReadFrom(map);
        return map.Failed ? null : new TrafficPolicy
        {
            TrafficPolicyName = name!,
            PolicyStatements = statements,
            DefaultAction = defaultAction!.Value,
            MaxMessageSizeBytes = maximumSize,
            Tags = tags,
        };
    }

    private static string? ReadName(MapReader map)
    {
        var value = map.Required("TrafficPolicyName");
        var name = value?.Text(Name);
        if (name is not null)
        {
            map.Value.Context.Declare(ResourceKind.TrafficPolicy, name, value!);
        }

        return name;
    }

    private static PolicyStatement? ReadStatement(DocumentValue value)
    {
        if (value.Map(["Action", "Conditions", "ReplyText"]) is not { } map)
        {
            return null;
        }

        var action = map.Word("Action", OperatorWords.AcceptAction);
        var conditions = map.RequiredItems("Conditions", 1, MaximumConditions, new PolicyConditionReader().Read);
        var replyValue = map.Optional("ReplyText");
        var reply = replyValue?.Text(ReplyText);
        if (replyValue is not null && action == AcceptAction.Allow)
        {
            replyValue.Error("is for statements with DENY: who is let in is told nothing");
        }

        return map.Failed ? null : new PolicyStatement(action!.Value, conditions) { ReplyText = reply };
    }
}
