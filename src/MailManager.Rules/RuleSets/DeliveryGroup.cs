namespace MailManager.Rules.RuleSets;

/// <summary>
/// One delivery: recipients of a message that go the same way with the same headers. Belongs to its <see cref="RuleEvaluation"/> and is valid until
/// that is used for the next message or cleared.
/// </summary>
public sealed class DeliveryGroup
{
    private readonly List<string> _recipients = [];
    private readonly List<AddedHeader> _headers = [];

    /// <summary>
    /// Compared exactly: local parts that differ in case may be two mailboxes (RFC 5321 §2.4), and a message too many is better than one lost.
    /// </summary>
    private readonly HashSet<string> _unique = new(StringComparer.Ordinal);
    private int _chain;

    internal DeliveryGroup()
    {
    }

    /// <summary>Where to.</summary>
    public RelayTarget Relay { get; private set; } = null!;

    /// <summary>Index of the first rule that asked for this delivery, for logs.</summary>
    public int Rule { get; private set; }

    /// <summary>At least one, each once; after replacement, in the order in which rules reached them.</summary>
    public IReadOnlyList<string> Recipients => _recipients;

    /// <summary>Headers that were added before the relay action, in order.</summary>
    public IReadOnlyList<AddedHeader> Headers => _headers;

    internal void Begin(RelayTarget relay, int chain, HeaderChains chains, int rule)
    {
        Relay = relay;
        Rule = rule;
        _chain = chain;
        chains.CopyTo(chain, _headers);
    }

    internal bool Is(RelayTarget relay, int chain) => _chain == chain && ReferenceEquals(Relay, relay);

    internal void Add(string recipient)
    {
        if (_unique.Add(recipient))
        {
            _recipients.Add(recipient);
        }
    }

    internal void Clear()
    {
        _recipients.Clear();
        _headers.Clear();
        _unique.Clear();
    }
}
