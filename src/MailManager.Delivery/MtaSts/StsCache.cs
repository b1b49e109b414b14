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

    // Taken before the other: whoever looks a policy up never waits for the disk.
    private readonly Lock _disk = new();
    private readonly Dictionary<string, (StsEntry Entry, DateTimeOffset UsedAt)> _entries = new(StringComparer.Ordinal);
    private long _weight;

    /// <summary>Reads what is on disk. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public void Load()
    {
        lock (_disk)
        {
            var found = files.ReadAll().ToArray();
            List<StsEntry> givenUp;
            lock (_gate)
            {
                foreach (var entry in found)
                {
                    Add(entry, entry.FetchedAt);
                }

                givenUp = Trim();
            }

            givenUp.ForEach(files.Delete);
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
        lock (_disk)
        {
            var now = time.GetUtcNow();
            StsEntry? former;
            List<StsEntry> givenUp;
            lock (_gate)
            {
                var known = _entries.GetValueOrDefault(entry.Domain);
                former = known.Entry;
                Remove(entry.Domain);
                Add(entry, former is null ? now : known.UsedAt);
                givenUp = Trim();
            }

            files.Write(entry);
            givenUp.ForEach(files.Delete);
            return former?.ExpiresAt > now ? former : null;
        }
    }

    /// <summary>Those that it is time to fetch again; what has expired is forgotten.</summary>
    public IReadOnlyList<StsEntry> TakeDue()
    {
        lock (_disk)
        {
            var now = time.GetUtcNow();
            List<StsEntry> ended;
            StsEntry[] due;
            lock (_gate)
            {
                ended = [.. _entries.Values.Select(known => known.Entry).Where(entry => entry.ExpiresAt <= now)];
                ended.ForEach(entry => Remove(entry.Domain));
                due = [.. _entries.Values.Select(known => known.Entry).Where(entry => entry.RefreshAt <= now)];
            }

            ended.ForEach(files.Delete);
            return due;
        }
    }

    /// <summary>Makes room of a tenth, so that not each further policy has to.</summary>
    /// <returns>What was given up.</returns>
    private List<StsEntry> Trim()
    {
        var givenUp = new List<StsEntry>();
        if (_weight <= capacity)
        {
            return givenUp;
        }

        var goal = capacity - (capacity / 10);
        foreach (var (entry, _) in _entries.Values.OrderBy(known => known.UsedAt).ToArray())
        {
            if (_weight <= goal)
            {
                break;
            }

            Remove(entry.Domain);
            givenUp.Add(entry);
        }

        return givenUp;
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
