using System.Collections.Immutable;

namespace MailManager.Resources.Documents;

/// <summary>Gathers the entries of one map and reports keys that are given twice; the first stands.</summary>
internal sealed class MapBuilder(SourceLocation location, DocumentPath path, DocumentErrors errors)
{
    private readonly ImmutableArray<MapEntry>.Builder _entries = ImmutableArray.CreateBuilder<MapEntry>();
    private readonly Dictionary<string, int> _lines = new(StringComparer.Ordinal);

    public void Add(string key, SourceLocation keyLocation, DocumentNode value)
    {
        if (_lines.TryAdd(key, keyLocation.Line))
        {
            _entries.Add(new MapEntry(key, keyLocation, value));
        }
        else
        {
            errors.Add(keyLocation, path, $"the key {DisplayText.Quote(key)} is given twice, first on line {_lines[key]}");
        }
    }

    public MapNode Build() => new(location, _entries.DrainToImmutable());
}
