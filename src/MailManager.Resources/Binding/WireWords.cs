using System.Collections.Immutable;

namespace MailManager.Resources.Binding;

/// <summary>The words by which the API names the values of an enumeration, in the order of the API's model.</summary>
public sealed class WireWords<T>
    where T : struct, Enum
{
    private readonly ImmutableArray<(string Word, T Value)> _pairs;

    public WireWords(params ImmutableArray<(string Word, T Value)> pairs)
    {
        _pairs = pairs;
        All = [.. pairs.Select(pair => pair.Word)];
    }

    public ImmutableArray<string> All { get; }

    /// <summary>Case matters, as in the API.</summary>
    public T? Find(string word)
    {
        foreach (var (known, value) in _pairs)
        {
            if (string.Equals(known, word, StringComparison.Ordinal))
            {
                return value;
            }
        }

        return null;
    }

    public string WordOf(T value) => _pairs.First(pair => EqualityComparer<T>.Default.Equals(pair.Value, value)).Word;
}
