using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>From the actions of rules to operations. Used for one rule set, so that equal targets, edits and notices become one object.</summary>
internal sealed class RuleOperations(ConditionBuilder errors, RuleEnvironment environment)
{
    private readonly HeaderOperations _headers = new(errors);
    private readonly NoticeOperations _notices = new(errors);
    private readonly ReplacementOperations _replacements = new(errors);
    private readonly Dictionary<(string Name, bool ReplacesMailFrom), DeliveryTarget> _relays = [];

    /// <summary>The operation, or null and an error.</summary>
    public RuleOperation? Build(RuleAction action, string path) => action switch
    {
        RuleAction.Drop => new RuleOperation.Drop(),
        RuleAction.Relay relay => Build(relay, path),
        RuleAction.Send send => new RuleOperation.Deliver(DeliveryTarget.Send, Exists: true, send.OnFailure ?? ActionFailurePolicy.Continue),
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
        var replaces = relay.MailFrom == MailFrom.Replace;
        if (replaces && !environment.CanReplaceMailFrom)
        {
            return Unavailable($"{path}.MailFrom", "REPLACE needs Node.Srs, which says with which domain");
        }

        if (!_relays.TryGetValue((relay.RelayName, replaces), out var target))
        {
            _relays.Add((relay.RelayName, replaces), target = DeliveryTarget.Relay(relay.RelayName, replaces));
        }

        return new RuleOperation.Deliver(target, environment.Relays.Contains(relay.RelayName), relay.OnFailure ?? ActionFailurePolicy.Continue);
    }

    private RuleOperation? Unavailable(string path, string reason)
    {
        errors.Error(path, reason);
        return null;
    }
}
