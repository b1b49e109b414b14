namespace MailManager.Delivery.MtaSts;

/// <summary>
/// Policies that count, in memory and on disk. Bounded by what they weigh: where that is too much, those not used for the longest time are given up, for
/// a stranger who makes us ask for many domains must not push out those that we write to. Thread-safe.
/// </summary>
/// <param name="files">Where they are kept.</param>
/// <param name="time">The clock.</param>
/// <param name="capacity">Octets.</param>
internal sealed class StsCache(StsFiles files, TimeProvider time, int capacity = StsCache.Capacity)
{
    /// <summary>32 MiB: some 50,000 policies of the usual size.</summary>
    internal const int Capacity = 32 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (StsEntry Entry, DateTimeOffset UsedAt)> _entries = new(StringComparer.Ordinal);
    private long _weight;

    /// <summary>Reads what is on disk. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public void Load()
    {
        lock (_gate)
        {
            foreach (var entry in files.ReadAll())
            {
                Add(entry, entry.FetchedAt);
            }

            Trim();
        }
    }

    /// <summary>Null: none that counts.</summary>
    public StsEntry? Find(string domain)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_entries.TryGetValue(domain, out var found) || found.Entry.ExpiresAt <= now)
            {
                return null;
            }

            _entries[domain] = (found.Entry, now);
            return found.Entry;
        }
    }

    /// <summary>Puts a policy in the place of the domain's former one.</summary>
    /// <returns>The former one; null: none that counts.</returns>
    public StsEntry? Put(StsEntry entry)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var former = _entries.GetValueOrDefault(entry.Domain);
            Remove(entry.Domain);
            Add(entry, former.Entry is null ? now : former.UsedAt);
            files.Write(entry);
            Trim();
            return former.Entry?.ExpiresAt > now ? former.Entry : null;
        }
    }

    /// <summary>Those that it is time to fetch again; what has expired is forgotten.</summary>
    public IReadOnlyList<StsEntry> TakeDue()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var entry in _entries.Values.Select(known => known.Entry).Where(entry => entry.ExpiresAt <= now).ToArray())
            {
                GiveUp(entry);
            }

            return [.. _entries.Values.Select(known => known.Entry).Where(entry => entry.RefreshAt <= now)];
        }
    }

    /// <summary>Makes room of a tenth, so that not each further policy has to.</summary>
    private void Trim()
    {
        if (_weight <= capacity)
        {
            return;
        }

        var goal = capacity - (capacity / 10);
        foreach (var (entry, _) in _entries.Values.OrderBy(known => known.UsedAt).ToArray())
        {
            if (_weight <= goal)
            {
                return;
            }

            GiveUp(entry);
        }
    }

    private void GiveUp(StsEntry entry)
    {
        Remove(entry.Domain);
        files.Delete(entry);
    }

    private void Add(StsEntry entry, DateTimeOffset usedAt)
    {
        _entries.Add(entry.Domain, (entry, usedAt));
        _weight += entry.Weight;
    }

    private void Remove(string domain)
    {
        if (_entries.Remove(domain, out var former))
        {
            _weight -= former.Entry.Weight;
        }
    }
}
