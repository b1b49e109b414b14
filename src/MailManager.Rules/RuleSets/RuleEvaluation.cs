using MailManager.Resources.RuleSets;

namespace MailManager.Rules.RuleSets;

/// <summary>
/// The disposition of one message: what a rule set decided for each recipient. One object a session, used again for each message;
/// what it hands out is valid until then. Not thread-safe.
/// </summary>
public sealed class RuleEvaluation
{
    /// <summary>A list that grew larger is given up with its message: sessions live long, and most messages have one recipient.</summary>
    private const int MaxKept = 1_024;

    private readonly GroupPool<DeliveryGroup> _deliveries = new();
    private readonly GroupPool<NoticeGroup> _bounces = new();
    private readonly GroupPool<NoticeGroup> _rejections = new();
    private readonly List<RecipientOutcome> _outcomes = [];
    private readonly List<string> _envelope = [];
    private readonly List<string> _uncovered = [];
    private readonly HeaderChains _chains = new();
    private readonly List<int> _matchedRules = [];
    private readonly List<int> _shadowMatchedRules = [];
    private readonly List<(int Rule, ulong Holding)> _alternatives = [];
    private MessagePermits _permits;

    /// <summary>One for each target and list of header edits, in the order in which rules asked for them.</summary>
    public IReadOnlyList<DeliveryGroup> Deliveries => _deliveries.Used;

    /// <summary>One for each distinct Bounce: a notification to the sender, whatever else comes of the message.</summary>
    public IReadOnlyList<NoticeGroup> Bounces => _bounces.Used;

    /// <summary>One for each distinct Reject. With <see cref="Refusal"/> the sender is told by that, else by a notification.</summary>
    public IReadOnlyList<NoticeGroup> Rejections => _rejections.Used;

    /// <summary>What each action did about each recipient that it applied to, header actions and replacements that worked left out; in order.</summary>
    public IReadOnlyList<RecipientOutcome> Outcomes => _outcomes;

    /// <summary>Recipients dropped, by a Drop action or by a failure policy. They may have been delivered to before.</summary>
    public int Dropped { get; private set; }

    /// <summary>
    /// Recipients of the envelope, as given and as often, that no delivery, Bounce, Drop or Reject took care of: the message must not be accepted for
    /// them without telling the sender. One whose replacements were not all taken care of is among them.
    /// </summary>
    public IReadOnlyList<string> Uncovered => _uncovered;

    /// <summary>Indexes of the rules that were applied, in order.</summary>
    public IReadOnlyList<int> MatchedRules => _matchedRules;

    /// <summary>Indexes of the shadow rules that would have been applied, in order.</summary>
    public IReadOnlyList<int> ShadowMatchedRules => _shadowMatchedRules;

    /// <summary>
    /// The message is to be refused as a whole: nothing would come of it but news for the sender, who is there to hear them; or there are such news
    /// and a null reverse-path, so that nobody could be told later. Null: it is to be accepted.
    /// </summary>
    public FailureNotice? Refusal { get; private set; }

    /// <summary>The message may be sent to recipients of no verified identity too.</summary>
    public bool AllowsSendingAnywhere => _permits.AllowsSendingAnywhere;

    internal RecipientTable Recipients { get; } = new();

    /// <summary>The recipients that the present rule applies to.</summary>
    internal List<int> Matched { get; } = [];

    /// <summary>By entry: for which address which rules of the present block have been asked, and bits of those that match it.</summary>
    internal List<(string? Address, ulong Rules)> Answers { get; } = [];

    /// <summary>The recipient at this index of the envelope is among <see cref="Uncovered"/>.</summary>
    public bool IsUncovered(int recipient) => Recipients.IsUncovered(recipient);

    /// <summary>Why the last action that failed for the recipient at this index of the envelope did so; None: none failed.</summary>
    public ActionFailureReason LastFailure(int recipient)
    {
        for (var i = _outcomes.Count - 1; i >= 0; i--)
        {
            if (_outcomes[i].Failure != ActionFailureReason.None && CameFrom(_outcomes[i], recipient))
            {
                return _outcomes[i].Failure;
            }
        }

        return ActionFailureReason.None;
    }

    /// <summary>The outcome is one for this recipient of the envelope, as it is or after replacement.</summary>
    /// <param name="outcome">Of this evaluation.</param>
    /// <param name="recipient">Index in the envelope.</param>
    public bool CameFrom(in RecipientOutcome outcome, int recipient) =>
        (Recipients.Sources(outcome.Entry)[recipient / 64] & (1UL << (recipient % 64))) != 0;

    /// <summary>
    /// What becomes of a recipient of the envelope, in the words of <c>Tests</c>: <c>relay inside to a@x, drop</c>. For people and tests; allocates.
    /// </summary>
    /// <param name="recipient">Index in the envelope.</param>
    public string Disposition(int recipient) => DispositionText.Of(this, recipient, _envelope[recipient]);

    /// <summary>Forgets the message.</summary>
    public void Clear()
    {
        _deliveries.Clear();
        _bounces.Clear();
        _rejections.Clear();
        _outcomes.Clear();
        if (_outcomes.Capacity > MaxKept)
        {
            _outcomes.Capacity = 0;
        }

        _envelope.Clear();
        _uncovered.Clear();
        _chains.Clear();
        _matchedRules.Clear();
        _shadowMatchedRules.Clear();
        _alternatives.Clear();
        Answers.Clear();
        _permits = default;
        Dropped = 0;
        Refusal = null;
        Matched.Clear();
        Recipients.Clear();
    }

    internal void Begin(ReadOnlySpan<string> recipients, in MessagePermits permits)
    {
        Clear();
        _permits = permits;
        _envelope.AddRange(recipients);
        Recipients.Begin(recipients);
    }

    internal void End()
    {
        Recipients.FindUncovered(_envelope, _uncovered);
        var hasNews = _uncovered.Count > 0 || _rejections.Count > 0;
        var isNothingElse = _deliveries.Count == 0 && _bounces.Count == 0 && Dropped == 0;
        if (hasNews && (isNothingElse || _permits.ReversePath.Length == 0))
        {
            Refusal = _rejections.Count > 0 ? _rejections[0].Notice : FailureNotice.NoRoute;
        }
    }

    /// <summary>Keeps that a rule matched.</summary>
    internal void Note(int rule, bool isShadow) => (isShadow ? _shadowMatchedRules : _matchedRules).Add(rule);

    /// <summary>Keeps which alternatives of a rule that matched hold, for any of the recipients.</summary>
    internal void NoteAlternatives(int rule, ulong holding) => _alternatives.Add((rule, holding));

    internal ulong AlternativesOf(int rule)
    {
        var holding = 0UL;
        foreach (var noted in _alternatives)
        {
            holding |= noted.Rule == rule ? noted.Holding : 0;
        }

        return holding;
    }

    /// <summary>Carries out an action for the matched recipients, and leaves those matched for which processing goes on.</summary>
    internal void Apply(RuleOperation operation, int rule, int action)
    {
        switch (operation)
        {
            case RuleOperation.EditHeader header:
                foreach (var entry in Matched)
                {
                    Recipients.SetHeaders(entry, _chains.With(Recipients.Headers(entry), header.Edit));
                }

                return;
            case RuleOperation.Replace replace:
                Recipients.Replace(Matched, replace.With);
                AddUnreplaced(rule, action);
                return;
            case RuleOperation.ReplaceEach replace:
                Recipients.ReplaceEach(Matched, replace.Replacement);
                AddUnreplaced(rule, action);
                return;
        }

        var kept = 0;
        for (var i = 0; i < Matched.Count; i++)
        {
            var outcome = Decide(operation, rule, Matched[i]) with { Rule = rule, Action = action };
            _outcomes.Add(outcome);
            Dropped += outcome.Kind == OutcomeKind.Drop ? 1 : 0;
            if (outcome.Kind is OutcomeKind.Drop or OutcomeKind.Reject)
            {
                Recipients.End(outcome.Entry);
            }
            else
            {
                Matched[kept++] = outcome.Entry;
            }
        }

        Matched.RemoveRange(kept, Matched.Count - kept);
    }

    private RecipientOutcome Decide(RuleOperation operation, int rule, int entry) => operation switch
    {
        RuleOperation.Deliver deliver => Deliver(deliver, rule, entry),
        RuleOperation.Bounce bounce => _permits.ToBounce() is not ActionFailureReason.None and var failure
            ? Failed(entry, failure, bounce.OnFailure)
            : Serve(OutcomeKind.Bounce, Group(_bounces, bounce.Notice, rule), entry),
        RuleOperation.Reject reject => Join(OutcomeKind.Reject, Group(_rejections, reject.Notice, rule), entry),
        _ => Outcome(OutcomeKind.Drop, entry),
    };

    private RecipientOutcome Deliver(RuleOperation.Deliver deliver, int rule, int entry)
    {
        var address = Recipients.Address(entry);
        var failure = !deliver.Exists ? ActionFailureReason.NoSuchRelay
            : deliver.Target.RelayName is null ? _permits.ToSend(address)
            : _permits.ToRelay(address);
        return failure == ActionFailureReason.None
            ? Serve(OutcomeKind.Deliver, Group(deliver.Target, Recipients.Headers(entry), rule), entry)
            : Failed(entry, failure, deliver.OnFailure);
    }

    private RecipientOutcome Serve(OutcomeKind kind, RecipientGroup group, int entry)
    {
        Recipients.SetServed(entry);
        return Join(kind, group, entry);
    }

    private RecipientOutcome Join(OutcomeKind kind, RecipientGroup group, int entry)
    {
        group.Add(Recipients.Address(entry), Recipients.Sources(entry));
        return Outcome(kind, entry) with { Group = group };
    }

    private RecipientOutcome Failed(int entry, ActionFailureReason reason, ActionFailurePolicy policy) =>
        Outcome(policy == ActionFailurePolicy.Drop ? OutcomeKind.Drop : OutcomeKind.None, entry) with { Failure = reason };

    private RecipientOutcome Outcome(OutcomeKind kind, int entry) => new(kind, Recipients.Address(entry), Rule: 0, Action: 0, ActionFailureReason.None) { Entry = entry };

    private void AddUnreplaced(int rule, int action)
    {
        foreach (var (entry, reason) in Recipients.Unreplaced)
        {
            _outcomes.Add(Outcome(OutcomeKind.None, entry) with { Rule = rule, Action = action, Failure = reason });
        }
    }

    private DeliveryGroup Group(DeliveryTarget target, int chain, int rule)
    {
        for (var i = 0; i < _deliveries.Count; i++)
        {
            if (_deliveries[i].Is(target, chain))
            {
                return _deliveries[i];
            }
        }

        var group = _deliveries.Add();
        group.Begin(target, chain, _chains, rule);
        return group;
    }

    private static NoticeGroup Group(GroupPool<NoticeGroup> groups, FailureNotice notice, int rule)
    {
        for (var i = 0; i < groups.Count; i++)
        {
            if (ReferenceEquals(groups[i].Notice, notice))
            {
                return groups[i];
            }
        }

        var group = groups.Add();
        group.Begin(notice, rule);
        return group;
    }
}
