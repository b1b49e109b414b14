using System.Collections.Immutable;
using System.Globalization;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Binding;

/// <summary>
/// A node on the way to becoming a record: it knows its path and where to put errors. Each method gives the value, or null after
/// having said why not.
/// </summary>
public sealed record DocumentValue(DocumentNode Node, DocumentPath Path, ReadContext Context)
{
    public SourceLocation Location => Node.Location;

    public void Error(string message) => Context.Errors.Add(Location, Path, message);

    /// <param name="keys">All keys that are known; others are errors.</param>
    public MapReader? Map(ImmutableArray<string> keys)
    {
        if (Node is MapNode map)
        {
            return new MapReader(this, map, keys);
        }

        Error($"must be a map, not {Kind}");
        return null;
    }

    /// <summary>A map of which exactly one key is given (a union of the API); the errors inside of it are reported as well.</summary>
    public UnionMember? Union(ImmutableArray<string> keys)
    {
        if (Map(keys) is not { } map)
        {
            return null;
        }

        var given = map.Given;
        if (given.Length == 1)
        {
            return new UnionMember(given[0], map.Optional(given[0])!);
        }

        // An unknown key has been reported, with the known ones; that no known one is there follows from it.
        if (given.Length > 1 || !map.Failed)
        {
            var got = given.Length == 0 ? "none" : string.Join(" and ", given);
            Error(keys.Length == 1
                ? $"must have the key {keys[0]}; got none"
                : $"must have exactly one of {string.Join(", ", keys)}; got {got}");
        }

        return null;
    }

    /// <summary>The items, whose number is checked; null when this is no list.</summary>
    public ImmutableArray<DocumentValue>? List(int minimum, int maximum)
    {
        if (Node is not ListNode list)
        {
            Error($"must be a list, not {Kind}");
            return null;
        }

        var count = list.Items.Length;
        if (count < minimum || count > maximum)
        {
            var allowed = (minimum, maximum) switch
            {
                (0, _) => $"at most {maximum}",
                (_, int.MaxValue) => $"at least {minimum}",
                _ when minimum == maximum => $"exactly {minimum}",
                _ => $"{minimum} to {maximum}",
            };
            Error($"has {count} {(count == 1 ? "entry" : "entries")}, must have {allowed}");
        }

        return [.. list.Items.Select((item, index) => new DocumentValue(item, Path.Index(index), Context))];
    }

    public string? Text(TextRule rule)
    {
        if (PlainText(rule.IsSecret) is not { } text)
        {
            return null;
        }

        if (rule.ProblemWith(text) is not { } problem)
        {
            return text;
        }

        Error(problem);
        return null;
    }

    /// <summary>Any text, unchecked.</summary>
    /// <param name="isSecret">The value must not appear in a message.</param>
    public string? PlainText(bool isSecret = false)
    {
        if (Node is ScalarNode { Kind: ScalarKind.Plain or ScalarKind.Text } scalar)
        {
            return scalar.Text;
        }

        Error(Node is ScalarNode { Kind: ScalarKind.Number or ScalarKind.Boolean } other && !isSecret
            ? $"must be text; put {other.Text} in quotes"
            : $"must be text, not {Kind}");
        return null;
    }

    /// <summary>A whole number in decimal digits.</summary>
    public int? Integer(int minimum, int maximum) => (int?)LongInteger(minimum, maximum);

    /// <summary>A whole number in decimal digits.</summary>
    public long? LongInteger(long minimum, long maximum)
    {
        if (Node is not ScalarNode { Kind: ScalarKind.Plain or ScalarKind.Number } scalar)
        {
            Error($"must be a whole number, not {Kind}");
            return null;
        }

        if (long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum)
        {
            return number;
        }

        Error($"{DisplayText.Quote(scalar.Text)} is not a whole number from {minimum} to {maximum}");
        return null;
    }

    /// <summary>A finite number, in decimal digits, with or without fraction and exponent.</summary>
    public double? Number()
    {
        if (Node is not ScalarNode { Kind: ScalarKind.Plain or ScalarKind.Number } scalar)
        {
            Error($"must be a number, not {Kind}");
            return null;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (double.TryParse(scalar.Text, Style, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            return number;
        }

        Error($"{DisplayText.Quote(scalar.Text)} is not a number");
        return null;
    }

    /// <summary><c>true</c> or <c>false</c>; none of the other words that YAML once had for them.</summary>
    public bool? Boolean()
    {
        if (Node is not ScalarNode { Kind: ScalarKind.Plain or ScalarKind.Boolean } scalar)
        {
            Error($"must be true or false, not {Kind}");
            return null;
        }

        if (scalar.Text is "true" or "false")
        {
            return scalar.Text == "true";
        }

        Error($"{DisplayText.Quote(scalar.Text)} is not true or false");
        return null;
    }

    public T? Word<T>(WireWords<T> words)
        where T : struct, Enum
    {
        if (PlainText() is not { } text)
        {
            return null;
        }

        var value = words.Find(text);
        if (value is null)
        {
            NotOneOf(text, words.All);
        }

        return value;
    }

    /// <summary>One of a few words that have no enumeration.</summary>
    public string? Word(ImmutableArray<string> words)
    {
        if (PlainText() is not { } text || words.Contains(text, StringComparer.Ordinal))
        {
            return Node is ScalarNode { Kind: ScalarKind.Plain or ScalarKind.Text } scalar ? scalar.Text : null;
        }

        NotOneOf(text, words);
        return null;
    }

    /// <summary>What the node is, for a message: never its value.</summary>
    public string Kind => Node switch
    {
        MapNode => "a map",
        ListNode => "a list",
        ScalarNode { Kind: ScalarKind.Number } => "a number",
        ScalarNode { Kind: ScalarKind.Boolean } => "a truth value",
        ScalarNode { Kind: ScalarKind.Null } => "nothing (leave the key out, or give it a value)",
        _ => "text",
    };

    private void NotOneOf(string text, ImmutableArray<string> words) =>
        Error(words.Length == 1
            ? $"{DisplayText.Quote(text)} is not {words[0]}"
            : $"{DisplayText.Quote(text)} is not one of {string.Join(", ", words)}");
}

/// <summary>The one key of a union that is given.</summary>
public sealed record UnionMember(string Key, DocumentValue Value);
