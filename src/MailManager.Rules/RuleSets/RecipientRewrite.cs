using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;

namespace MailManager.Rules.RuleSets;

/// <summary>
/// The pattern of a ReplaceRecipient action: must match the whole address. What comes of it depends on what a client wrote, so it must be a plain
/// address or nothing is done for the recipient.
/// </summary>
internal sealed partial class RecipientRewrite : IRecipientReplacement
{
    private readonly Regex _pattern;
    private readonly string _replaceWith;

    private RecipientRewrite(Regex pattern, string replaceWith)
    {
        _pattern = pattern;
        _replaceWith = replaceWith;
    }

    /// <summary>The rewrite, or which member of the action is wrong and why.</summary>
    public static (RecipientRewrite? Rewrite, string Member, string Problem) Create(string pattern, string replaceWith)
    {
        // Alone first: a pattern must not end the group that is put around it.
        if (RegexRule.ProblemWith(pattern) is { } problem)
        {
            return (null, "Matches", problem);
        }

        var whole = RegexRule.Whole(pattern);
        foreach (Match reference in Reference().Matches(replaceWith))
        {
            var name = reference.Groups["name"].Value;
            if (reference.Value != "$$" && (name.Length == 0 || whole.GroupNumberFromName(name) < 0))
            {
                return (null, "ReplaceWith", $"'{reference.Value}' is no group of the pattern; write $1, ${{name}}, or $$ for a dollar sign");
            }
        }

        return (new RecipientRewrite(whole, replaceWith), string.Empty, string.Empty);
    }

    public bool TryReplace(string recipient, out ImmutableArray<string> with)
    {
        with = [];
        var match = _pattern.Match(recipient);
        if (!match.Success)
        {
            return false;
        }

        var address = match.Result(_replaceWith);
        if (EmailAddressText.IsAddress(address) && DomainName.ProblemWith(address.AsSpan(address.IndexOf('@', StringComparison.Ordinal) + 1)) is null)
        {
            with = [address];
        }

        return true;
    }

    /// <summary>All that a dollar sign can start in .NET's replacement patterns, and a dollar sign that starts nothing.</summary>
    [GeneratedRegex(@"\$(?:\$|(?<name>[0-9]+)|\{(?<name>\w+)\}|.|$)", RegexOptions.Singleline)]
    private static partial Regex Reference();
}
