using System.Text.RegularExpressions;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Expressions;

/// <summary>
/// What a regular expression must look like to be taken: of .NET's non-backtracking kind, and small enough that reading a configuration stays
/// cheap. All expressions of policies and rules are of this kind, and are built with <see cref="Options"/>.
/// </summary>
public static class RegexRule
{
    /// <summary>The engine's time is linear in the length of the text; case and culture do not count.</summary>
    public const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    /// <summary>Characters of an expression.</summary>
    public const int MaximumLength = 4096;

    /// <summary>
    /// States of the automaton, about one for each character or class; what is repeated counts as often as it may occur. The engine itself takes
    /// up to 10,000, with which a single text of a header could keep it busy for minutes.
    /// </summary>
    public const int MaximumStates = (EngineLimit / Repetition) - 1;

    /// <summary>
    /// Different characters outside of ASCII in an expression. The engine divides all characters into classes that the expression cannot tell apart,
    /// in time and memory that grow with the square of their number: 1,300 different letters take seconds and 800 MB.
    /// </summary>
    public const int MaximumLetters = 128;

    private const int EngineLimit = 10_000;
    private const int Repetition = 10;
    private const int MaximumAscii = 0x7f;
    private static readonly TextRule Length = new(1, MaximumLength);

    /// <summary>Matches texts that the expression matches from their beginning to their end.</summary>
    /// <param name="pattern">An expression without a problem.</param>
    public static Regex Whole(string pattern) => new($@"\A(?:{pattern})\z", Options);

    /// <summary>What is wrong with the expression and what is allowed; null when nothing is.</summary>
    public static string? ProblemWith(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        if (Length.ProblemWith(pattern) is { } problem)
        {
            return problem;
        }

        if (CountLetters(pattern) > MaximumLetters)
        {
            return $"{DisplayText.Quote(pattern)} has more than {MaximumLetters} different characters outside of ASCII";
        }

        try
        {
            _ = new Regex(pattern, Options);

            // Repeated, the expression meets the engine's limit where it has a tenth of it.
            _ = new Regex($"(?:{pattern}){{{Repetition}}}", Options);
            return null;
        }
        catch (RegexParseException exception)
        {
            // One that ends in a comment takes what is put around it into the comment.
            var at = Math.Min(exception.Offset, pattern.Length);
            return $"{DisplayText.Quote(pattern)} is not a regular expression: {Words(exception.Error)} at character {at}";
        }
        catch (NotSupportedException exception)
        {
            return Unsupported(pattern, exception.Message);
        }
        catch (OutOfMemoryException)
        {
            // What the engine says of a repetition of 2,147,483,647 times; nothing has been allocated.
            return TooLarge(pattern);
        }
    }

    /// <summary>Reads an expression.</summary>
    internal static string? Read(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (ProblemWith(text) is not { } problem)
        {
            return text;
        }

        value.Error(problem);
        return null;
    }

    /// <summary>Those written as themselves and those written as <c>\uXXXX</c>.</summary>
    private static int CountLetters(string pattern)
    {
        var letters = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] > MaximumAscii)
            {
                letters.Add(pattern[i].ToString());
            }
            else if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                i++;
                if (pattern[i] == 'u')
                {
                    letters.Add(pattern.Substring(i, Math.Min(5, pattern.Length - i)));
                }
            }
        }

        return letters.Count;
    }

    /// <summary>The engine names a construct that it does not have after these words; else it complains of the size.</summary>
    private static string Unsupported(string pattern, string message)
    {
        const string Start = "containing: ";
        var at = message.IndexOf(Start, StringComparison.Ordinal);
        return at < 0
            ? TooLarge(pattern)
            : $"{DisplayText.Quote(pattern)} has what non-backtracking regular expressions have not: {message[(at + Start.Length)..].TrimEnd('.')}";
    }

    private static string TooLarge(string pattern) =>
        $"{DisplayText.Quote(pattern)} is too large: it has more than {MaximumStates} states (what is repeated counts as often as it may occur)";

    /// <summary><c>InsufficientClosingParentheses</c> as words. The exception's own text repeats the expression, whatever is in it.</summary>
    private static string Words(RegexParseError error) =>
        string.Concat(error.ToString().Select((c, i) => char.IsAsciiLetterUpper(c) ? $"{(i > 0 ? " " : "")}{char.ToLowerInvariant(c)}" : c.ToString()));
}
