namespace MailManager.Rules.RuleSets;

/// <summary>
/// The disposition of one message: what a rule set decided for each recipient. One object a session, used again for each message;
/// what it hands out is valid until then. Not thread-safe.
/// </summary>
public sealed class RuleEvaluation
{
    private readonly List<DeliveryGroup> _groups = [];
    private readonly Stack<DeliveryGroup> _unused = [];
    private readonly List<DroppedRecipient> _dropped = [];
    private readonly List<string> _uncovered = [];
    private readonly HeaderChains _chains = new();

    /// <summary>One for each relay target and list of added headers, in the order in which rules asked for them.</summary>
    public IReadOnlyList<DeliveryGroup> Deliveries => _groups;

    /// <summary>Recipients, after replacement, that a Drop action ended. They may have been delivered to before.</summary>
    public IReadOnlyList<DroppedRecipient> Dropped => _dropped;

    /// <summary>
    /// Recipients of the envelope, as given and as often, that neither a delivery nor a Drop took care of: the message must not be accepted for
    /// them without telling the sender. One whose replacements were not all taken care of is among them.
    /// </summary>
    public IReadOnlyList<string> Uncovered => _uncovered;

    /// <summary>The recipient at this index of the envelope is among <see cref="Uncovered"/>.</summary>
    public bool IsUncovered(int recipient) => Recipients.IsUncovered(recipient);

    internal RecipientTable Recipients { get; } = new();

    /// <summary>The recipients that the present rule applies to.</summary>
    internal List<int> Matched { get; } = [];

    /// <summary>Forgets the message.</summary>
    public void Clear()
    {
        foreach (var group in _groups)
        {
            group.Clear();
            _unused.Push(group);
        }

        _groups.Clear();
        _dropped.Clear();
        _uncovered.Clear();
        _chains.Clear();
        Matched.Clear();
        Recipients.Clear();
    }

    internal void Begin(ReadOnlySpan<string> recipients)
    {
        Clear();
        Recipients.Begin(recipients);
    }

    internal void End(ReadOnlySpan<string> recipients) => Recipients.FindUncovered(recipients, _uncovered);

    /// <summary>Carries out an action for the matched recipients.</summary>
    internal void Apply(RuleOperation operation, int rule)
    {
        switch (operation)
        {
            case RuleOperation.Replace replace:
                Recipients.Replace(Matched, replace.With);
                break;
            case RuleOperation.AddHeader add:
                foreach (var entry in Matched)
                {
                    Recipients.SetHeaders(entry, _chains.With(Recipients.Headers(entry), add.Header));
                }

                break;
            case RuleOperation.Deliver deliver:
                foreach (var entry in Matched)
                {
                    Group(deliver.Target, Recipients.Headers(entry), rule).Add(Recipients.Address(entry), Recipients.Sources(entry));
                    Recipients.SetDelivered(entry);
                }

                break;
            default:
                foreach (var entry in Matched)
                {
                    _dropped.Add(new DroppedRecipient(Recipients.Address(entry), rule));
                    Recipients.Drop(entry);
                }

                Matched.Clear();
                break;
        }
    }

    private DeliveryGroup Group(RelayTarget target, int chain, int rule)
    {
        foreach (var existing in _groups)
        {
            if (existing.Is(target, chain))
            {
                return existing;
            }
        }

        if (!_unused.TryPop(out var group))
        {
            group = new DeliveryGroup();
        }

        group.Begin(target, chain, _chains, rule);
        _groups.Add(group);
        return group;
    }
}

/// <summary>A recipient to whom nothing further is delivered.</summary>
/// <param name="Address">After replacement.</param>
/// <param name="Rule">Index of the rule whose Drop it was.</param>
public readonly record struct DroppedRecipient(string Address, int Rule);
