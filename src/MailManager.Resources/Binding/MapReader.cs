using System.Collections.Immutable;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Binding;

/// <summary>
/// Reads the keys of one map. Unknown keys are reported when it is made; a reader takes what it needs, and builds its record only
/// if nothing <see cref="Failed"/>.
/// </summary>
public sealed class MapReader
{
    private readonly MapNode _map;
    private readonly int _errorsBefore;
    private readonly ImmutableArray<string> _keys;

    internal MapReader(DocumentValue value, MapNode map, ImmutableArray<string> keys)
    {
        Value = value;
        _map = map;
        _keys = keys;
        _errorsBefore = value.Context.Errors.Count;
        foreach (var entry in map.Entries)
        {
            if (!keys.Contains(entry.Key, StringComparer.Ordinal))
            {
                value.Context.Errors.Add(entry.KeyLocation, value.Path, Unknown(entry.Key));
            }
        }
    }

    public DocumentValue Value { get; }

    /// <summary>Whether anything in this map, at any depth read so far, was wrong.</summary>
    public bool Failed => Value.Context.Errors.Count > _errorsBefore;

    /// <summary>The known keys that are there, in file order.</summary>
    public ImmutableArray<string> Given =>
        [.. _map.Entries.Select(entry => entry.Key).Where(key => _keys.Contains(key, StringComparer.Ordinal))];

    /// <summary>Null when the key is not there.</summary>
    public DocumentValue? Optional(string key)
    {
        foreach (var entry in _map.Entries)
        {
            if (string.Equals(entry.Key, key, StringComparison.Ordinal))
            {
                // A missing value has no place of its own.
                var node = entry.Value is ScalarNode { Kind: ScalarKind.Null } nothing
                    ? new ScalarNode(entry.KeyLocation, ScalarKind.Null, nothing.Text)
                    : entry.Value;
                return new DocumentValue(node, Value.Path.Key(key), Value.Context);
            }
        }

        return null;
    }

    /// <summary>Null, and an error, when the key is not there.</summary>
    public DocumentValue? Required(string key)
    {
        var value = Optional(key);
        if (value is null)
        {
            Value.Error($"{key} is missing");
        }

        return value;
    }

    public string? Text(string key, TextRule rule) => Required(key)?.Text(rule);

    public string? OptionalText(string key, TextRule rule) => Optional(key)?.Text(rule);

    public T? Word<T>(string key, WireWords<T> words)
        where T : struct, Enum => Required(key)?.Word(words);

    public T? OptionalWord<T>(string key, WireWords<T> words)
        where T : struct, Enum => Optional(key)?.Word(words);

    /// <summary>A whole number in decimal digits; <paramref name="otherwise"/> when the key is not there, or the value is wrong.</summary>
    public int Integer(string key, int minimum, int maximum, int otherwise) => Optional(key)?.Integer(minimum, maximum) ?? otherwise;

    /// <summary><c>true</c> or <c>false</c>; <paramref name="otherwise"/> when the key is not there, or the value is wrong.</summary>
    public bool Boolean(string key, bool otherwise) => Optional(key)?.Boolean() ?? otherwise;

    /// <summary>A length of time; <paramref name="otherwise"/> when the key is not there, or the value is wrong.</summary>
    public TimeSpan Duration(string key, TimeSpan shortest, TimeSpan longest, TimeSpan otherwise) =>
        (Optional(key) is { } value ? Binding.Duration.Read(value, shortest, longest) : null) ?? otherwise;

    /// <summary>The items that could be read; none when the key is not there.</summary>
    public ImmutableArray<T> Items<T>(string key, int minimum, int maximum, Func<DocumentValue, T?> read)
        where T : class => Read(Optional(key), minimum, maximum, read);

    /// <summary>The items that could be read; the key must be there.</summary>
    public ImmutableArray<T> RequiredItems<T>(string key, int minimum, int maximum, Func<DocumentValue, T?> read)
        where T : class => Read(Required(key), minimum, maximum, read);

    /// <summary>A list of words.</summary>
    public ImmutableArray<T> Words<T>(string key, int minimum, int maximum, WireWords<T> words)
        where T : struct, Enum =>
        Required(key)?.List(minimum, maximum) is { } items ? [.. items.Select(item => item.Word(words)).OfType<T>()] : [];

    private static ImmutableArray<T> Read<T>(DocumentValue? value, int minimum, int maximum, Func<DocumentValue, T?> read)
        where T : class => value?.List(minimum, maximum) is { } items ? [.. items.Select(read).OfType<T>()] : [];

    private string Unknown(string key)
    {
        var start = $"{DisplayText.Quote(key)} is not a known key";
        if (!Value.Context.Errors.IsFull && NearestWord.Find(key, _keys) is { } nearest)
        {
            return $"{start}; did you mean {nearest}?";
        }

        return _keys.IsEmpty ? $"{start}; there are none here" : $"{start}; known are {string.Join(", ", _keys)}";
    }
}
