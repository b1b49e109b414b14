using System.Text.RegularExpressions;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Binding;

/// <summary>
/// What a text must look like: a length in Unicode characters and a pattern that the whole text matches, as the API's model has them.
/// </summary>
public sealed class TextRule
{
    private readonly Lazy<Regex>? _regex;

    /// <param name="minimum">Fewest characters.</param>
    /// <param name="maximum">Most characters; <see cref="int.MaxValue"/> for no limit.</param>
    /// <param name="pattern">A regular expression without anchors; null when every character is allowed.</param>
    /// <param name="hint">Said after the pattern, where the pattern alone is hard to read.</param>
    /// <param name="isSecret">The text never appears in a message.</param>
    public TextRule(int minimum, int maximum, string? pattern = null, string? hint = null, bool isSecret = false)
    {
        Minimum = minimum;
        Maximum = maximum;
        Pattern = pattern;
        Hint = hint;
        IsSecret = isSecret;
        _regex = pattern is null ? null : new(() => new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant));
    }

    /// <summary>Any text of at least one character.</summary>
    public static TextRule NotEmpty { get; } = new(1, int.MaxValue);

    public int Minimum { get; }

    public int Maximum { get; }

    public string? Pattern { get; }

    public string? Hint { get; }

    public bool IsSecret { get; }

    /// <summary>What is wrong with the text and what is allowed; null when nothing is.</summary>
    public string? ProblemWith(string text)
    {
        var subject = IsSecret ? "the value" : DisplayText.Quote(text);
        var length = text.EnumerateRunes().Count();
        if (length < Minimum || length > Maximum)
        {
            // How long a secret is, is part of the secret.
            return IsSecret ? $"{subject} must have {Range}" : $"{subject} has {Characters(length)}, must have {Range}";
        }

        return _regex is null || _regex.Value.IsMatch(text)
            ? null
            : $"{subject} does not match {Pattern}{(Hint is null ? "" : $" ({Hint})")}";
    }

    private string Range => (Minimum, Maximum) switch
    {
        (_, int.MaxValue) => $"at least {Minimum}",
        (0, _) => $"at most {Maximum}",
        _ when Minimum == Maximum => $"exactly {Minimum}",
        _ => $"{Minimum} to {Maximum}",
    };

    private static string Characters(int count) => count == 1 ? "1 character" : $"{count} characters";
}
