using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MailManager.Resources.Expressions;

namespace MailManager.Rules.Strings;

/// <summary>
/// Regular expressions, each tried in turn; found anywhere in the text unless anchored. They take time linear in the text, whatever the expression
/// and whoever wrote the text. Allocates nothing once the texts that occur have built its automata.
/// </summary>
internal sealed class RegexMatcher : StringMatcher
{
    private readonly Regex[] _expressions;

    /// <param name="patterns">Each has been read before, so that it is one that this kind of engine can do.</param>
    /// <exception cref="ArgumentException">A pattern is no regular expression.</exception>
    /// <exception cref="NotSupportedException">A pattern needs backtracking, or is too large.</exception>
    public RegexMatcher(ImmutableArray<string> patterns) => _expressions =
        [.. patterns.Select(pattern => new Regex(pattern, RegexRule.Options))];

    public override int Find(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < _expressions.Length; i++)
        {
            if (_expressions[i].IsMatch(text))
            {
                return i;
            }
        }

        return -1;
    }
}
