using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MailManager.Resources.Documents;

namespace MailManager.Resources.RuleTests;

/// <summary>(+) The grammar of a disposition: what is decided for a recipient, in the words of <c>mailmanager explain</c>.</summary>
internal static class DispositionText
{
    private const string Code = "[45][0-9][0-9]";
    private const string Status = @"[45]\.[0-9]{1,3}\.[0-9]{1,3}";
    private const string Elsewhere = "(?: to [^ ,]+@[^ ,]+)?";

    /// <summary>Each verb with its form for people and for the machine.</summary>
    private static readonly ImmutableArray<(string Verb, string Form, Regex Pattern)> Parts =
    [
        Part("relay", "relay NAME, relay NAME to ADDRESS", "relay [a-zA-Z0-9_-]{1,100}" + Elsewhere),
        Part("send", "send, send to ADDRESS", "send" + Elsewhere),
        Part("bounce", "bounce 550 5.1.1", $"bounce {Code} {Status}"),
        Part("drop", "drop", "drop"),
        Part("reject", "reject 550 5.7.1", $"reject {Code} {Status}"),
        Part("refuse", "refuse 550 5.7.1", $"refuse {Code} {Status}"),
        Part("fail", "fail 5.7.1", $"fail {Status}"),
    ];

    /// <summary>What is wrong with the text and what is allowed; null when nothing is.</summary>
    public static string? ProblemWith(string text)
    {
        foreach (var part in text.Split(", "))
        {
            var verb = part.Split(' ')[0];
            if (Parts.FirstOrDefault(known => known.Verb == verb) is not { Pattern: { } pattern } found)
            {
                return $"{DisplayText.Quote(text)}: {DisplayText.Quote(verb)} is not one of {string.Join(", ", Parts.Select(known => known.Verb))}";
            }

            if (!pattern.IsMatch(part))
            {
                return $"{DisplayText.Quote(text)}: {DisplayText.Quote(part)} is not of the form {found.Form}";
            }
        }

        return null;
    }

    /// <summary>The relays that it names.</summary>
    public static IEnumerable<string> Relays(string text) =>
        text.Split(", ").Select(part => part.Split(' ')).Where(words => words[0] == "relay").Select(words => words[1]);

    private static (string Verb, string Form, Regex Pattern) Part(string verb, string form, string pattern) =>
        (verb, form, new Regex($@"\A{pattern}\z", RegexOptions.CultureInvariant));
}
