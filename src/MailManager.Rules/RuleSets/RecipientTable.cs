using System.Collections.Immutable;

namespace MailManager.Rules.RuleSets;

/// <summary>
/// The recipients of one message while rules run: which are still active, which headers were added for each, and from which recipients
/// of the envelope each one came. An address may occur more than once; a delivery takes it once. Kept for the next message. Not thread-safe.
/// </summary>
internal sealed class RecipientTable
{
    /// <summary>
    /// Replacements that rules may add to one message. Ten rules that each replace by the API's 100 addresses fit; whoever would come beyond
    /// counts as served by no rule, so that its sender hears of it.
    /// </summary>
    internal const int MaxReplacements = 1_000;

    /// <summary>A table that grew larger is given up with its message: sessions live long, and most messages have one recipient.</summary>
    private const int MaxKept = 256;

    private readonly List<Entry> _entries = [];
    private readonly List<(int Headers, int First)> _replacements = [];
    private readonly List<(int Entry, ActionFailureReason Reason)> _unreplaced = [];

    /// <summary>
    /// For each entry two rows of bits, one bit for each recipient of the envelope: those for whom the entry has to answer, and those from which
    /// it came (among them such as were served before they were replaced).
    /// </summary>
    private ulong[] _origins = [];
    private ulong[] _uncovered = [];
    private int _words;
    private int _envelopeCount;

    public int Count => _entries.Count;

    /// <summary>Entries that the last replacement took out without putting others in their place, and why.</summary>
    public IReadOnlyList<(int Entry, ActionFailureReason Reason)> Unreplaced => _unreplaced;

    public void Begin(ReadOnlySpan<string> recipients)
    {
        Clear();
        _envelopeCount = recipients.Length;
        _words = (recipients.Length + 63) / 64;
        if (_uncovered.Length < _words)
        {
            _uncovered = new ulong[_words];
        }

        for (var i = 0; i < recipients.Length; i++)
        {
            var entry = Add(recipients[i], HeaderChains.None);
            Origins(entry)[i / 64] = 1UL << (i % 64);
            Sources(entry)[i / 64] = 1UL << (i % 64);
        }
    }

    public void Clear()
    {
        _entries.Clear();
        _uncovered.AsSpan().Clear();
        if (_entries.Capacity > MaxKept)
        {
            _entries.Capacity = 0;
            _origins = [];
        }
    }

    public bool IsActive(int entry) => _entries[entry].IsActive;

    public string Address(int entry) => _entries[entry].Address;

    /// <summary>The chain of header edits so far.</summary>
    public int Headers(int entry) => _entries[entry].Headers;

    public void SetHeaders(int entry, int headers) => _entries[entry] = _entries[entry] with { Headers = headers };

    /// <summary>Something was done for the entry: a delivery or a bounce.</summary>
    public void SetServed(int entry) => _entries[entry] = _entries[entry] with { IsServed = true };

    /// <summary>Takes the entry out; whoever it came from is served by that.</summary>
    public void End(int entry) => _entries[entry] = _entries[entry] with { IsActive = false };

    /// <summary>
    /// Takes the matched entries out and puts others in their place, which the list then holds. Entries with the same headers share
    /// their replacements. Who was served before is served; for the others the replacements answer.
    /// </summary>
    public void Replace(List<int> matched, ImmutableArray<string> with)
    {
        _unreplaced.Clear();
        _replacements.Clear();
        var firstNew = _entries.Count;
        foreach (var entry in matched)
        {
            _entries[entry] = _entries[entry] with { IsActive = false };
            var headers = Headers(entry);
            var first = FindReplacements(headers);
            if (first < 0 && _entries.Count - _envelopeCount + with.Length <= MaxReplacements)
            {
                first = _entries.Count;
                _replacements.Add((headers, first));
                foreach (var address in with)
                {
                    Add(address, headers);
                }
            }

            if (first < 0)
            {
                LeaveOut(entry, ActionFailureReason.TooManyReplacements);
                continue;
            }

            for (var i = first; i < first + with.Length; i++)
            {
                Inherit(i, entry);
            }
        }

        matched.Clear();
        for (var entry = firstNew; entry < _entries.Count; entry++)
        {
            matched.Add(entry);
        }
    }

    /// <summary>
    /// Gives each matched entry its own replacements; one that has none stays. The first takes the entry's place, so that replacing one by one adds
    /// nobody. Who was served before is served; for the others the replacements answer.
    /// </summary>
    public void ReplaceEach(List<int> matched, IRecipientReplacement replacement)
    {
        _unreplaced.Clear();
        var kept = 0;
        var count = matched.Count;
        for (var i = 0; i < count; i++)
        {
            var entry = matched[i];
            if (replacement.TryReplace(Address(entry), out var with))
            {
                if (with.IsEmpty || _entries.Count - _envelopeCount + with.Length - 1 > MaxReplacements)
                {
                    LeaveOut(entry, with.IsEmpty ? ActionFailureReason.NoAddress : ActionFailureReason.TooManyReplacements);
                    continue;
                }

                _entries[entry] = _entries[entry] with { Address = with[0] };
                foreach (var address in with.AsSpan(1..))
                {
                    var added = Add(address, Headers(entry));
                    Inherit(added, entry);
                    matched.Add(added);
                }
            }

            matched[kept++] = entry;
        }

        matched.RemoveRange(kept, count - kept);
    }

    /// <summary>Adds the recipients of the envelope, as given, for which at least one active entry was not served.</summary>
    public void FindUncovered(List<string> recipients, List<string> uncovered)
    {
        for (var entry = 0; entry < _entries.Count; entry++)
        {
            if (_entries[entry] is { IsActive: true, IsServed: false })
            {
                MarkUncovered(entry);
            }
        }

        for (var i = 0; i < recipients.Count; i++)
        {
            if ((_uncovered[i / 64] & (1UL << (i % 64))) != 0)
            {
                uncovered.Add(recipients[i]);
            }
        }
    }

    /// <summary>Some of what this recipient of the envelope became is served by nobody. Valid after <see cref="FindUncovered"/>.</summary>
    public bool IsUncovered(int recipient) => (_uncovered[recipient / 64] & (1UL << (recipient % 64))) != 0;

    /// <summary>Bits for the recipients of the envelope from which the entry came.</summary>
    public Span<ulong> Sources(int entry) => _origins.AsSpan(((2 * entry) + 1) * _words, _words);

    private int Add(string address, int headers)
    {
        _entries.Add(new Entry(address, headers, IsActive: true, IsServed: false));
        if (_origins.Length < 2 * _entries.Count * _words)
        {
            Array.Resize(ref _origins, Math.Max(2 * _entries.Count * _words, 2 * _origins.Length));
        }

        Origins(_entries.Count - 1).Clear();
        Sources(_entries.Count - 1).Clear();
        return _entries.Count - 1;
    }

    private int FindReplacements(int headers)
    {
        foreach (var (sameHeaders, first) in _replacements)
        {
            if (sameHeaders == headers)
            {
                return first;
            }
        }

        return -1;
    }

    private Span<ulong> Origins(int entry) => _origins.AsSpan(2 * entry * _words, _words);

    /// <summary>The new entry came from where the old one came from, and answers for whom it had to answer.</summary>
    private void Inherit(int entry, int from)
    {
        Or(Sources(entry), Sources(from));
        if (!_entries[from].IsServed)
        {
            Or(Origins(entry), Origins(from));
        }
    }

    /// <summary>Takes the entry out; whoever it came from is not served by that.</summary>
    private void LeaveOut(int entry, ActionFailureReason reason)
    {
        _unreplaced.Add((entry, reason));
        _entries[entry] = _entries[entry] with { IsActive = false };
        if (!_entries[entry].IsServed)
        {
            MarkUncovered(entry);
        }
    }

    private void MarkUncovered(int entry) => Or(_uncovered, Origins(entry));

    private static void Or(Span<ulong> target, ReadOnlySpan<ulong> source)
    {
        for (var i = 0; i < source.Length; i++)
        {
            target[i] |= source[i];
        }
    }

    private readonly record struct Entry(string Address, int Headers, bool IsActive, bool IsServed);
}
