namespace MailManager.Rules.RuleSets;

/// <summary>
/// Recipients of a message for which the same is done. Belongs to its <see cref="RuleEvaluation"/> and is valid until that is used for the next
/// message or cleared.
/// </summary>
public abstract class RecipientGroup
{
    private readonly List<string> _recipients = [];

    /// <summary>
    /// Compared exactly: local parts that differ in case may be two mailboxes (RFC 5321 §2.4), and a message too many is better than one lost.
    /// </summary>
    private readonly HashSet<string> _unique = new(StringComparer.Ordinal);

    /// <summary>For each recipient a row of bits, one for each recipient of the envelope from which it came.</summary>
    private readonly List<ulong> _sources = [];

    private protected RecipientGroup()
    {
    }

    /// <summary>Index of the first rule that asked for this, for logs.</summary>
    public int Rule { get; private protected set; }

    /// <summary>At least one, each once; after replacement, in the order in which rules reached them.</summary>
    public IReadOnlyList<string> Recipients => _recipients;

    /// <summary>The recipient came from this one of the envelope, as it is or by replacement.</summary>
    /// <param name="recipient">Index in <see cref="Recipients"/>.</param>
    /// <param name="envelopeRecipient">Index in the envelope.</param>
    public bool CameFrom(int recipient, int envelopeRecipient) =>
        (_sources[(recipient * (_sources.Count / _recipients.Count)) + (envelopeRecipient / 64)] & (1UL << (envelopeRecipient % 64))) != 0;

    internal void Add(string recipient, ReadOnlySpan<ulong> sources)
    {
        if (_unique.Add(recipient))
        {
            _recipients.Add(recipient);
            _sources.AddRange(sources);
            return;
        }

        var row = _recipients.IndexOf(recipient) * sources.Length;
        for (var i = 0; i < sources.Length; i++)
        {
            _sources[row + i] |= sources[i];
        }
    }

    internal virtual void Clear()
    {
        _recipients.Clear();
        _sources.Clear();
        _unique.Clear();
    }
}
