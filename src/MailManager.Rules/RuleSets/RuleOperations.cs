using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>From the actions of rules to operations. Used for one rule set, so that equal targets, edits and notices become one object.</summary>
internal sealed class RuleOperations(ConditionBuilder errors, RuleEnvironment environment)
{
    private readonly HeaderOperations _headers = new(errors);
    private readonly NoticeOperations _notices = new(errors);
    private readonly ReplacementOperations _replacements = new(errors);
    private readonly HashSet<DeliveryTarget> _targets = [];

    /// <summary>The operation, or null and an error.</summary>
    public RuleOperation? Build(RuleAction action, string path) => action switch
    {
        RuleAction.Drop => new RuleOperation.Drop(),
        RuleAction.Relay relay => Build(relay, path),
        RuleAction.Send send => Deliver(DeliveryTarget.Send with { EgressPool = send.EgressPool }, exists: true, send.OnFailure),
        RuleAction.AddHeader header => _headers.Add(header, path),
        RuleAction.SetHeader header => _headers.Set(header, path),
        RuleAction.RemoveHeader header => _headers.Remove(header, path),
        RuleAction.ReplaceRecipient replace => _replacements.Build(replace, path),
        RuleAction.MapRecipient map => _replacements.Build(map, path),
        RuleAction.RewriteRecipient rewrite => _replacements.Build(rewrite, path),
        RuleAction.Reject reject => _notices.Build(reject, path),
        RuleAction.Bounce bounce => _notices.Build(bounce, path),
        _ => Unavailable(path, $"{action.GetType().Name} is not available in this release"),
    };

    private RuleOperation? Build(RuleAction.Relay relay, string path)
    {
        var replaces = relay.MailFrom is { } mailFrom ? mailFrom == MailFrom.Replace : environment.RelaysReplacingMailFrom.Contains(relay.RelayName);
        if (replaces && !environment.CanReplaceMailFrom)
        {
            return relay.MailFrom is null
                ? Unavailable($"{path}.Relay", $"the relay '{relay.RelayName}' has MailFrom: REPLACE, which needs Node.Srs, which says with which domain")
                : Unavailable($"{path}.MailFrom", "REPLACE needs Node.Srs, which says with which domain");
        }

        var target = DeliveryTarget.Relay(relay.RelayName, replaces) with { EgressPool = relay.EgressPool };
        return Deliver(target, environment.Relays.Contains(relay.RelayName), relay.OnFailure);
    }

    private RuleOperation.Deliver Deliver(DeliveryTarget target, bool exists, ActionFailurePolicy? onFailure)
    {
        if (!_targets.TryGetValue(target, out var one))
        {
            _targets.Add(one = target);
        }

        return new RuleOperation.Deliver(one, exists, onFailure ?? ActionFailurePolicy.Continue);
    }

    private RuleOperation? Unavailable(string path, string reason)
    {
        errors.Error(path, reason);
        return null;
    }
}
