using System.Buffers;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>From the actions of rules to operations. Used for one rule set, so that equal targets and headers become one object.</summary>
internal sealed class RuleOperations(ConditionBuilder errors)
{
    /// <summary>API: <c>EmailAddress</c>.</summary>
    private const int MaxAddressLength = 254;

    private static readonly SearchValues<char> LocalPart =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-");

    private static readonly SearchValues<char> Domain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

    private readonly Dictionary<RelayTarget, RelayTarget> _targets = [];
    private readonly Dictionary<(string Name, string Value), AddedHeader> _headers = [];

    /// <summary>The operation, or null and an error.</summary>
    public RuleOperation? Build(RuleAction action, string path) => action switch
    {
        RuleAction.Drop => new RuleOperation.Drop(),
        RuleAction.Relay relay => Build(relay, path),
        RuleAction.AddHeader header => Build(header, path),
        RuleAction.ReplaceRecipient replace => Build(replace, path),
        _ => Invalid(path, $"{action.GetType().Name} is not available in this release"),
    };

    private RuleOperation.Deliver? Build(RuleAction.Relay relay, string path)
    {
        if (relay.MailFrom == MailFrom.Replace)
        {
            Invalid($"{path}.MailFrom", "REPLACE is not available in this release; use PRESERVE");
            return null;
        }

        var target = new RelayTarget(relay.RelayName, relay.MailFrom ?? MailFrom.Preserve, relay.OnFailure ?? ActionFailurePolicy.Continue);
        if (!_targets.TryAdd(target, target))
        {
            target = _targets[target];
        }

        return new RuleOperation.Deliver(target);
    }

    private RuleOperation.AddHeader? Build(RuleAction.AddHeader action, string path)
    {
        var isName = HeaderNames.IsExtension(action.HeaderName);
        if (!isName)
        {
            Invalid($"{path}.HeaderName", "a name of the form X-... is needed, of letters, digits and hyphens");
        }

        // A line break would start a header field, or the body, of somebody else's choice.
        var hasControls = action.HeaderValue.Any(IsForbidden);
        if (hasControls)
        {
            Invalid($"{path}.HeaderValue", "control characters and line breaks are not allowed");
        }

        if (!isName || hasControls)
        {
            return null;
        }

        var key = (action.HeaderName, action.HeaderValue);
        if (!_headers.TryGetValue(key, out var header))
        {
            _headers.Add(key, header = new AddedHeader(action.HeaderName, action.HeaderValue));
        }

        return new RuleOperation.AddHeader(header);
    }

    private RuleOperation.Replace? Build(RuleAction.ReplaceRecipient action, string path)
    {
        if (action.ReplaceWith.IsDefaultOrEmpty)
        {
            Invalid($"{path}.ReplaceWith", "at least one address is needed; use Drop to deliver to nobody");
            return null;
        }

        var isUsable = true;
        for (var i = 0; i < action.ReplaceWith.Length; i++)
        {
            if (!IsAddress(action.ReplaceWith[i]))
            {
                Invalid($"{path}.ReplaceWith[{i}]", "an address of the form local@domain is needed");
                isUsable = false;
            }
        }

        return isUsable ? new RuleOperation.Replace([.. action.ReplaceWith.Distinct(StringComparer.Ordinal)]) : null;
    }

    private RuleOperation? Invalid(string path, string reason)
    {
        errors.Error(path, reason);
        return null;
    }

    /// <summary>C0, DEL, C1 (some programs break lines at U+0085) and the line and paragraph separators.</summary>
    private static bool IsForbidden(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    /// <summary>What the API's pattern <c>[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+</c> admits: nothing that SMTP would have to quote.</summary>
    private static bool IsAddress(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0
            && at < text.Length - 1
            && text.Length <= MaxAddressLength
            && !text.AsSpan(0, at).ContainsAnyExcept(LocalPart)
            && !text.AsSpan(at + 1).ContainsAnyExcept(Domain);
    }
}
