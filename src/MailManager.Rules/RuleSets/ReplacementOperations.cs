using MailManager.Resources.RuleSets;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>From the three forms of ReplaceRecipient to operations.</summary>
internal sealed class ReplacementOperations(ConditionBuilder errors)
{
    /// <summary>The operation, or null and an error; so for the others.</summary>
    public RuleOperation? Build(RuleAction.ReplaceRecipient action, string path)
    {
        if (action.ReplaceWith.IsDefaultOrEmpty)
        {
            return Invalid($"{path}.ReplaceWith", "at least one address is needed; use Drop to deliver to nobody");
        }

        var isUsable = true;
        for (var i = 0; i < action.ReplaceWith.Length; i++)
        {
            if (!EmailAddressText.IsAddress(action.ReplaceWith[i]))
            {
                Invalid($"{path}.ReplaceWith[{i}]", "an address of the form local@domain is needed");
                isUsable = false;
            }
        }

        return isUsable ? new RuleOperation.Replace([.. action.ReplaceWith.Distinct(StringComparer.Ordinal)]) : null;
    }

    public RuleOperation? Build(RuleAction.MapRecipient action, string path)
    {
        if (action.Mapping.IsDefaultOrEmpty)
        {
            return Invalid($"{path}.Mapping", "at least one entry is needed");
        }

        var isUsable = true;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < action.Mapping.Length; i++)
        {
            isUsable &= Check(action.Mapping[i], $"{path}.Mapping[{i}]", seen);
        }

        return isUsable ? new RuleOperation.ReplaceEach(new RecipientMap(action.Mapping)) : null;
    }

    public RuleOperation? Build(RuleAction.RewriteRecipient action, string path)
    {
        var (rewrite, member, problem) = RecipientRewrite.Create(action.Pattern, action.ReplaceWith);
        return rewrite is null ? Invalid($"{path}.Pattern.{member}", problem) : new RuleOperation.ReplaceEach(rewrite);
    }

    private bool Check(RecipientMapping entry, string path, HashSet<string> seen)
    {
        var isUsable = true;
        if (!IsAddressOrDomain(entry.From))
        {
            Invalid($"{path}.From", "an address of the form local@domain, or @domain, is needed");
            isUsable = false;
        }
        else if (!seen.Add(entry.From))
        {
            Invalid($"{path}.From", $"{entry.From} is in the table already; case is ignored");
            isUsable = false;
        }

        if (entry.To.IsDefaultOrEmpty)
        {
            Invalid($"{path}.To", "at least one address is needed; use Drop to deliver to nobody");
            return false;
        }

        for (var i = 0; i < entry.To.Length; i++)
        {
            if (!IsAddressOrDomain(entry.To[i]))
            {
                Invalid($"{path}.To[{i}]", "an address of the form local@domain, or @domain to keep the local part, is needed");
                isUsable = false;
            }
        }

        return isUsable;
    }

    private static bool IsAddressOrDomain(string text) => EmailAddressText.IsAddress(text) || EmailAddressText.IsDomainForm(text);

    private RuleOperation? Invalid(string path, string reason)
    {
        errors.Error(path, reason);
        return null;
    }
}
