namespace MailManager.Queue.Administration;

/// <summary>
/// Which deliveries are meant. Comparisons <c>FIELD OPERATOR VALUE</c> with <c>and</c>, <c>or</c>, <c>not</c> and parentheses; an empty filter is
/// for all. Texts are compared without case and may have <c>*</c> for any characters; <c>~</c> is "contains". Immutable, thread-safe.
/// </summary>
public sealed class QueueFilter
{
    private readonly Func<QueueEntry, DateTimeOffset, bool> _matches;

    private QueueFilter(Func<QueueEntry, DateTimeOffset, bool> matches, bool readsHistory)
    {
        _matches = matches;
        ReadsHistory = readsHistory;
    }

    /// <summary>For all deliveries.</summary>
    public static QueueFilter All { get; } = new(static (_, _) => true, readsHistory: false);

    /// <summary>It asks for what is in <see cref="QueueEntry.History"/>.</summary>
    public bool ReadsHistory { get; }

    /// <summary>The filter; or null and what is wrong, with the column.</summary>
    public static QueueFilter? TryParse(string text, out string? error)
    {
        error = null;
        try
        {
            var tokens = FilterLexer.Read(text);
            return tokens.Count == 1 ? All : new Parser(tokens).Parse();
        }
        catch (FilterException exception)
        {
            error = exception.Message;
            return null;
        }
    }

    public bool Matches(QueueEntry entry, DateTimeOffset now) => _matches(entry, now);

    /// <summary>Recursive descent; <c>or</c> binds least, <c>not</c> most.</summary>
    private sealed class Parser(List<FilterToken> tokens)
    {
        /// <summary>Parentheses and nots within each other.</summary>
        private const int MaxDepth = 50;

        private int _next;
        private int _depth;
        private bool _readsHistory;

        private FilterToken Peek => tokens[_next];

        public QueueFilter Parse()
        {
            var matches = Or();
            return Peek.Kind == FilterTokenKind.End
                ? new QueueFilter(matches, _readsHistory)
                : throw new FilterException(Peek.Column, "'and', 'or' or the end is expected");
        }

        private Func<QueueEntry, DateTimeOffset, bool> Or()
        {
            var left = And();
            while (Peek.IsWord("or"))
            {
                _next++;
                var (first, second) = (left, And());
                left = (entry, now) => first(entry, now) || second(entry, now);
            }

            return left;
        }

        private Func<QueueEntry, DateTimeOffset, bool> And()
        {
            var left = Not();
            while (Peek.IsWord("and"))
            {
                _next++;
                var (first, second) = (left, Not());
                left = (entry, now) => first(entry, now) && second(entry, now);
            }

            return left;
        }

        private Func<QueueEntry, DateTimeOffset, bool> Not()
        {
            if (_depth == MaxDepth)
            {
                throw new FilterException(Peek.Column, $"more than {MaxDepth} levels");
            }

            _depth++;
            var token = Peek;
            Func<QueueEntry, DateTimeOffset, bool> matches;
            if (token.IsWord("not"))
            {
                _next++;
                var inner = Not();
                matches = (entry, now) => !inner(entry, now);
            }
            else if (token.Kind == FilterTokenKind.Open)
            {
                _next++;
                matches = Or();
                if (tokens[_next].Kind != FilterTokenKind.Close)
                {
                    throw new FilterException(Peek.Column, "')' is expected");
                }

                _next++;
            }
            else
            {
                var field = Take(FilterTokenKind.Word, "a field");
                _readsHistory |= FilterField.ReadsHistory(field);
                matches = FilterField.Compare(field, Take(FilterTokenKind.Operator, "an operator"), TakeValue());
            }

            _depth--;
            return matches;
        }

        private FilterToken Take(FilterTokenKind kind, string what) => Peek.Kind == kind ? tokens[_next++] : throw new FilterException(Peek.Column, $"{what} is expected");

        private FilterToken TakeValue() => Peek.Kind is FilterTokenKind.Word or FilterTokenKind.Quoted ? tokens[_next++] : throw new FilterException(Peek.Column, "a value is expected");
    }
}
