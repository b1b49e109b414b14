using System.Collections.Immutable;

namespace MailManager.Resources.Documents;

/// <summary>A value of a YAML or JSON document, with the place it came from. Immutable.</summary>
public abstract class DocumentNode(SourceLocation location)
{
    public SourceLocation Location { get; } = location;
}

/// <summary>Keys and values in file order; keys are unique.</summary>
public sealed class MapNode(SourceLocation location, ImmutableArray<MapEntry> entries) : DocumentNode(location)
{
    public ImmutableArray<MapEntry> Entries { get; } = entries;

    /// <summary>The value of a key, in this case; null when it is not there.</summary>
    public DocumentNode? Find(string key) => Entries.FirstOrDefault(entry => string.Equals(entry.Key, key, StringComparison.Ordinal))?.Value;
}

/// <summary>One key of a map, with the place of the key itself.</summary>
public sealed record MapEntry(string Key, SourceLocation KeyLocation, DocumentNode Value);

/// <summary>Values in file order.</summary>
public sealed class ListNode(SourceLocation location, ImmutableArray<DocumentNode> items) : DocumentNode(location)
{
    public ImmutableArray<DocumentNode> Items { get; } = items;
}

/// <summary>A single value, kept as the text that was written.</summary>
public sealed class ScalarNode(SourceLocation location, ScalarKind kind, string text) : DocumentNode(location)
{
    public ScalarKind Kind { get; } = kind;

    public string Text { get; } = text;
}

/// <summary>What the notation says about a scalar.</summary>
public enum ScalarKind
{
    /// <summary>
    /// YAML without quotes: text, number or truth value, as the key that holds it demands. The text is kept verbatim, so an unquoted
    /// <c>550</c> or <c>5.10</c> is a sound text, and YAML's <c>no</c> never becomes a truth value.
    /// </summary>
    Plain,

    /// <summary>Quoted (or a YAML block scalar): always text.</summary>
    Text,

    /// <summary>A JSON number.</summary>
    Number,

    /// <summary>A JSON truth value.</summary>
    Boolean,

    /// <summary>JSON <c>null</c>; YAML <c>null</c>, <c>~</c> or nothing at all.</summary>
    Null,
}
