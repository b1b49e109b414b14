using System.Collections.Concurrent;

namespace MailManager.Smtp.Limits;

/// <summary>How many there are of each key. A key that has none takes no memory. Thread-safe, without a lock of its own.</summary>
internal sealed class CountTable<TKey>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, int> _counts = new();

    /// <summary>Keys with a count.</summary>
    public int Keys => _counts.Count;

    /// <summary>The present counts, each above 0; not one moment's picture.</summary>
    public IEnumerable<KeyValuePair<TKey, int>> Counts => _counts;

    /// <summary>Adds one unless the count has reached the limit.</summary>
    public bool TryAdd(TKey key, int limit)
    {
        while (true)
        {
            if (_counts.TryGetValue(key, out var count))
            {
                if (count >= limit)
                {
                    return false;
                }

                if (_counts.TryUpdate(key, count + 1, count))
                {
                    return true;
                }
            }
            else if (limit <= 0)
            {
                return false;
            }
            else if (_counts.TryAdd(key, 1))
            {
                return true;
            }
        }
    }

    /// <summary>Takes one off that was added.</summary>
    public void Remove(TKey key)
    {
        while (_counts.TryGetValue(key, out var count))
        {
            if (count == 1 ? _counts.TryRemove(new KeyValuePair<TKey, int>(key, 1)) : _counts.TryUpdate(key, count - 1, count))
            {
                return;
            }
        }
    }
}
