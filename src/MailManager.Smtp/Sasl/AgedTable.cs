using System.Diagnostics.CodeAnalysis;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// A table that forgets: each entry some time after it was set, and when full the one set longest ago. Strangers fill it, so it has a bound.
/// Not thread-safe.
/// </summary>
internal sealed class AgedTable<TValue>(int capacity, TimeSpan age, TimeProvider time)
{
    private readonly Dictionary<UInt128, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byAge = [];

    public int Count => _entries.Count;

    public bool TryGet(UInt128 key, [MaybeNullWhen(false)] out TValue value)
    {
        var found = _entries.TryGetValue(key, out var node) && !IsOld(node.Value);
        value = found ? node!.Value.Value : default;
        return found;
    }

    /// <summary>Adds or replaces; the entry's time begins anew.</summary>
    public void Set(UInt128 key, TValue value)
    {
        if (_entries.TryGetValue(key, out var node))
        {
            _byAge.Remove(node);
        }
        else
        {
            while (_byAge.First is { } oldest && (_entries.Count >= capacity || IsOld(oldest.Value)))
            {
                _byAge.RemoveFirst();
                _entries.Remove(oldest.Value.Key);
            }

            node = new LinkedListNode<Entry>(default);
            _entries.Add(key, node);
        }

        node.Value = new Entry(key, time.GetTimestamp(), value);
        _byAge.AddLast(node);
    }

    private bool IsOld(in Entry entry) => time.GetElapsedTime(entry.SetAt) >= age;

    private readonly record struct Entry(UInt128 Key, long SetAt, TValue Value);
}
