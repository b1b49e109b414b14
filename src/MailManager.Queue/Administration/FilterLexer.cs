namespace MailManager.Queue.Administration;

/// <summary>One part of a filter's text.</summary>
/// <param name="Text">Its text; of a quoted one, what is within the quotes.</param>
/// <param name="Column">Where it begins, from 1.</param>
/// <param name="Kind">What it is.</param>
internal readonly record struct FilterToken(string Text, int Column, FilterTokenKind Kind)
{
    public bool IsWord(string word) => Kind == FilterTokenKind.Word && Text.Equals(word, StringComparison.OrdinalIgnoreCase);
}

internal enum FilterTokenKind
{
    Word,
    Quoted,
    Operator,
    Open,
    Close,
    End,
}

/// <summary>Cuts a filter into words, quoted texts, operators and parentheses.</summary>
internal static class FilterLexer
{
    private const string OperatorCharacters = "=!<>~";

    /// <summary>The tokens, with one <see cref="FilterTokenKind.End"/>. Throws <see cref="FilterException"/> for a quote without end.</summary>
    public static List<FilterToken> Read(string text)
    {
        List<FilterToken> tokens = [];
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
            }
            else if (text[i] is '(' or ')')
            {
                tokens.Add(new FilterToken(text[i].ToString(), ++i, text[start] == '(' ? FilterTokenKind.Open : FilterTokenKind.Close));
            }
            else if (text[i] == '"')
            {
                var end = text.IndexOf('"', i + 1);
                if (end < 0)
                {
                    throw new FilterException(i + 1, "the quote is not closed");
                }

                tokens.Add(new FilterToken(text[(i + 1)..end], i + 1, FilterTokenKind.Quoted));
                i = end + 1;
            }
            else
            {
                var isOperator = OperatorCharacters.Contains(text[i]);
                while (i < text.Length && OperatorCharacters.Contains(text[i]) == isOperator && !(char.IsWhiteSpace(text[i]) || text[i] is '(' or ')' or '"'))
                {
                    i++;
                }

                tokens.Add(new FilterToken(text[start..i], start + 1, isOperator ? FilterTokenKind.Operator : FilterTokenKind.Word));
            }
        }

        tokens.Add(new FilterToken("", text.Length + 1, FilterTokenKind.End));
        return tokens;
    }
}

/// <summary>What is wrong with a filter, and where.</summary>
internal sealed class FilterException(int column, string reason) : Exception($"column {column}: {reason}");
