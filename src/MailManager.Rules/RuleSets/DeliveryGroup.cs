namespace MailManager.Rules.RuleSets;

/// <summary>One delivery: recipients that go the same way with the same headers.</summary>
public sealed class DeliveryGroup : RecipientGroup
{
    private readonly List<AddedHeader> _headers = [];
    private readonly List<string> _removedHeaders = [];
    private int _chain;

    /// <summary>Where to.</summary>
    public DeliveryTarget Target { get; private set; } = DeliveryTarget.Send;

    /// <summary>Headers that were added before the delivering action and not taken away again, in order.</summary>
    public IReadOnlyList<AddedHeader> Headers => _headers;

    /// <summary>Names of the fields of the message as received that do not go along, each once; case ignored.</summary>
    public IReadOnlyList<string> RemovedHeaders => _removedHeaders;

    internal void Begin(DeliveryTarget target, int chain, HeaderChains chains, int rule)
    {
        Target = target;
        Rule = rule;
        _chain = chain;
        chains.Resolve(chain, _headers, _removedHeaders);
    }

    internal bool Is(DeliveryTarget target, int chain) => _chain == chain && ReferenceEquals(Target, target);

    internal override void Clear()
    {
        base.Clear();
        _headers.Clear();
        _removedHeaders.Clear();
    }
}
