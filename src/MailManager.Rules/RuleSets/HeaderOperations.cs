using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>From header actions to operations. Used for one rule set, so that equal edits become one object.</summary>
internal sealed class HeaderOperations(ConditionBuilder errors)
{
    private readonly Dictionary<(string Name, string? Value, bool Removes), HeaderEdit> _edits = [];

    /// <summary>The operation, or null and an error; so for the others.</summary>
    public RuleOperation? Add(RuleAction.AddHeader action, string path) => Build(path, action.HeaderName, action.HeaderValue, removes: false);

    public RuleOperation? Set(RuleAction.SetHeader action, string path) => Build(path, action.HeaderName, action.HeaderValue, removes: true);

    public RuleOperation? Remove(RuleAction.RemoveHeader action, string path) => Build(path, action.HeaderName, value: null, removes: true);

    private RuleOperation.EditHeader? Build(string path, string name, string? value, bool removes)
    {
        var problem = ChangeableHeaders.ProblemWith(name);
        if (problem is not null)
        {
            errors.Error($"{path}.HeaderName", problem);
        }

        // A line break would start a header field, or the body, of somebody else's choice.
        var hasControls = value is not null && value.Any(IsForbidden);
        if (hasControls)
        {
            errors.Error($"{path}.HeaderValue", "control characters and line breaks are not allowed");
        }

        if (problem is not null || hasControls)
        {
            return null;
        }

        if (!_edits.TryGetValue((name, value, removes), out var edit))
        {
            _edits.Add((name, value, removes), edit = new HeaderEdit(name, value is null ? null : new AddedHeader(name, value), removes));
        }

        return new RuleOperation.EditHeader(edit);
    }

    /// <summary>C0, DEL, C1 (some programs break lines at U+0085) and the line and paragraph separators.</summary>
    private static bool IsForbidden(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
