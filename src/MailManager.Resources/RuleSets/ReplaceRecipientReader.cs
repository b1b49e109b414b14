using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;

namespace MailManager.Resources.RuleSets;

/// <summary>Reads <c>ReplaceRecipient</c>: a list as the API has it, (+) a mapping table, or (+) a pattern.</summary>
internal static class ReplaceRecipientReader
{
    /// <summary>Entries of a mapping table.</summary>
    public const int MaximumMapping = 10_000;

    private const int MaximumRecipients = 100;

    /// <summary>An address, or all of a domain; the address as <see cref="RuleActionRules.EmailAddress"/> has it.</summary>
    internal static readonly TextRule AddressOrDomain =
        new(2, 254, "[a-zA-Z0-9._+-]*@[a-zA-Z0-9.-]+", "an address, or @domain for all in the domain");

    /// <summary>What comes out must be an address, which is seen only then.</summary>
    internal static readonly TextRule Replacement = new(1, 254, @"[\x21-\x7e]+", "printable ASCII without spaces");

    /// <summary>The API's model lets the list be left out, without saying what that means; here one of the three is needed.</summary>
    public static RuleAction? Read(DocumentValue value)
    {
        if (value.Union(["ReplaceWith", "Mapping", "Pattern"]) is not { } member)
        {
            return null;
        }

        return member.Key switch
        {
            "ReplaceWith" => member.Value.List(1, MaximumRecipients) is { } items
                ? new RuleAction.ReplaceRecipient([.. items.Select(item => item.Text(RuleActionRules.EmailAddress)).OfType<string>()])
                : null,
            "Mapping" => ReadMapping(member.Value),
            _ => ReadPattern(member.Value),
        };
    }

    private static RuleAction.MapRecipient? ReadMapping(DocumentValue value)
    {
        if (value.List(1, MaximumMapping) is not { } items)
        {
            return null;
        }

        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        return new RuleAction.MapRecipient([.. items.Select(item => ReadEntry(item, seen)).OfType<RecipientMapping>()]);
    }

    private static RecipientMapping? ReadEntry(DocumentValue value, Dictionary<string, int> seen)
    {
        if (value.Map(["From", "To"]) is not { } map)
        {
            return null;
        }

        var fromValue = map.Required("From");
        var from = fromValue?.Text(AddressOrDomain);
        if (from is not null && !seen.TryAdd(from, fromValue!.Location.Line))
        {
            fromValue.Error($"{DisplayText.Quote(from)} is mapped twice, first on line {seen[from]}");
        }

        var to = map.RequiredItems("To", 1, MaximumRecipients, item => item.Text(AddressOrDomain));
        return map.Failed ? null : new RecipientMapping(from!, to);
    }

    private static RuleAction.RewriteRecipient? ReadPattern(DocumentValue value)
    {
        if (value.Map(["Matches", "ReplaceWith"]) is not { } map)
        {
            return null;
        }

        var pattern = map.Required("Matches") is { } patternValue ? RegexRule.Read(patternValue) : null;
        var replacement = map.Text("ReplaceWith", Replacement);
        if (pattern is not null && replacement is not null && ProblemWith(replacement, pattern) is { } problem)
        {
            map.Optional("ReplaceWith")!.Error($"{DisplayText.Quote(replacement)} {problem}");
        }

        return map.Failed ? null : new RuleAction.RewriteRecipient(pattern!, replacement!);
    }

    /// <summary>.NET takes a reference that leads nowhere for plain text, and knows others than those that are documented here.</summary>
    private static string? ProblemWith(string replacement, string pattern)
    {
        ImmutableArray<string> groups = [.. new Regex(pattern, RegexRule.Options).GetGroupNames()];
        for (var i = 0; i < replacement.Length; i++)
        {
            if (replacement[i] != '$')
            {
                continue;
            }

            var reference = Reference(replacement.AsSpan(i + 1));
            if (reference.IsEmpty)
            {
                return "has a '$' that is none of $1, ${name} and $$";
            }

            var group = reference.Trim("${}").ToString();
            if (group.Length > 0 && !groups.Contains(group, StringComparer.Ordinal))
            {
                return $"refers to the group {DisplayText.Quote(group)}, which Matches does not have; it has {string.Join(", ", groups)}";
            }

            i += reference.Length;
        }

        return null;
    }

    /// <summary>What follows a dollar sign and belongs to it: another one, digits, or a name in braces; nothing when it is none of these.</summary>
    private static ReadOnlySpan<char> Reference(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("$"))
        {
            return text[..1];
        }

        if (text.StartsWith("{"))
        {
            var close = text.IndexOf('}');
            return close > 1 ? text[..(close + 1)] : default;
        }

        var digits = text.IndexOfAnyExceptInRange('0', '9');
        return text[..(digits < 0 ? text.Length : digits)];
    }
}
