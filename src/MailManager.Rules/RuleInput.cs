using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Messages.Verdicts;
using MailManager.Rules.Cidr;
using MailManager.Rules.Operands;
using MailManager.Rules.Sets;

namespace MailManager.Rules;

/// <summary>
/// What policies and rule sets are asked about: a session, then its messages one after the other. One object a session, set again for
/// each message; what conditions need of a message is extracted when first needed and kept until the next one. Not thread-safe.
/// </summary>
public sealed class RuleInput
{
    private static readonly SessionFacts NoSession = new() { Client = new(System.Net.IPAddress.None, 0), Helo = string.Empty };
    private static readonly HeaderIndex NoHeaders = new();

    private readonly Func<Func<Stream>, AttachmentFacts> _readAttachments;
    private readonly HeaderTexts _headerTexts = new();
    private OperandPlan? _plan;
    private CidrTable? _addressesFoundIn;
    private ulong[] _addressesFound = [];
    private Answer[] _clientInSets = [];
    private AddressSet?[] _addressSets = [];
    private Answer[] _answers = [];
    private bool[] _scanned = [];
    private ulong[] _hits = [];
    private string _recipient = string.Empty;
    private ReadOnlyMemory<byte> _head;
    private HeaderIndex _headers = NoHeaders;
    private Func<Stream>? _openContent;
    private AttachmentFacts? _attachments;

    /// <summary>Nothing is known yet.</summary>
    public RuleInput()
        : this(AttachmentFacts.Read)
    {
    }

    /// <param name="readAttachments">Finds the attachments in the content that its argument opens.</param>
    internal RuleInput(Func<Func<Stream>, AttachmentFacts> readAttachments)
    {
        _readAttachments = readAttachments;
    }

    private enum Answer : byte
    {
        NotAsked,
        No,
        Yes,
    }

    internal SessionFacts Session { get; private set; } = NoSession;

    internal AddressBits Client { get; private set; }

    internal string ReversePath { get; private set; } = string.Empty;

    /// <summary>The recipient that is asked about now.</summary>
    internal string Recipient
    {
        get => _recipient;
        set
        {
            if (ReferenceEquals(value, _recipient))
            {
                return;
            }

            _recipient = value;
            foreach (var slot in _plan?.RecipientTexts ?? [])
            {
                _scanned[slot] = false;
            }
        }
    }

    internal MessageVerdicts Verdicts { get; private set; } = MessageVerdicts.None;

    /// <summary>Octets; exact in a double up to 2^53.</summary>
    internal double MessageSize { get; private set; }

    /// <summary>Those of the message, looked for when first asked for.</summary>
    internal AttachmentFacts Attachments => _attachments ??= _openContent is null ? AttachmentFacts.None : _readAttachments(_openContent);

    /// <summary>A condition has asked for them.</summary>
    internal bool HasReadAttachments => _attachments is not null;

    /// <summary>The answers of comparisons that are made together; valid for an operand after <see cref="EnsureScanned"/>.</summary>
    internal ulong[] Hits => _hits;

    /// <summary>Bits of the conditions in whose ranges the client is.</summary>
    internal ulong[] AddressesFound
    {
        get
        {
            var addresses = _plan!.Addresses;
            if (!ReferenceEquals(addresses, _addressesFoundIn))
            {
                _addressesFound = addresses.Find(Client);
                _addressesFoundIn = addresses;
            }

            return _addressesFound;
        }
    }

    private HeaderView View => _headers.View(_head.Span);

    /// <summary>Starts a session, or goes on with what is now known of it (after EHLO, STARTTLS). Forgets sender and message.</summary>
    public void SetSession(SessionFacts session)
    {
        ArgumentNullException.ThrowIfNull(session);
        ClearMessage();
        Session = session;
        Client = AddressBits.Of(session.Client.Address);
        _addressesFoundIn = null;
    }

    /// <summary>Sets the sender, for policies, which are asked before there is a message. Forgets the message and the verdicts.</summary>
    /// <param name="reversePath">Sender address; empty for the null reverse-path.</param>
    public void SetSender(string reversePath)
    {
        ClearMessage();
        ReversePath = reversePath;
    }

    /// <summary>Sets the message with its sender; needed by rule sets. Forgets the one before, and the verdicts.</summary>
    /// <param name="reversePath">Sender address; empty for the null reverse-path.</param>
    /// <param name="head">The octets for which <paramref name="headers"/> was built; must stay valid until <see cref="ClearMessage"/>.</param>
    /// <param name="headers">Its header fields.</param>
    /// <param name="size">Octets of the whole message, which may be more than the head.</param>
    /// <param name="openContent">
    /// Opens the whole message for reading, at most once, and only if a condition asks for attachments; what it throws goes through. Null: the message counts as
    /// having none.
    /// </param>
    public void SetMessage(string reversePath, ReadOnlyMemory<byte> head, HeaderIndex headers, long size, Func<Stream>? openContent = null)
    {
        SetSender(reversePath);
        _head = head;
        _headers = headers;
        MessageSize = size;
        _openContent = openContent;
    }

    /// <summary>Sets what authentication and add-ons say of the sender or message that was set last.</summary>
    public void SetVerdicts(MessageVerdicts verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        Verdicts = verdicts;
        ForgetAnswers();
    }

    /// <summary>Lets go of the message and gives pooled memory back. To be called when the transaction ends.</summary>
    public void ClearMessage()
    {
        _headerTexts.Clear();
        ForgetAnswers();
        ReversePath = string.Empty;
        Recipient = string.Empty;
        Verdicts = MessageVerdicts.None;
        _head = default;
        _headers = NoHeaders;
        MessageSize = 0;
        _openContent = null;
        _attachments = null;
    }

    /// <summary>Prepares for the conditions of one policy or rule set.</summary>
    internal void Bind(OperandPlan plan)
    {
        if (ReferenceEquals(plan, _plan))
        {
            return;
        }

        _plan = plan;
        _headerTexts.Reset(plan.Headers);
        Array.Resize(ref _clientInSets, Math.Max(_clientInSets.Length, plan.IpSets.Length));
        Array.Resize(ref _addressSets, Math.Max(_addressSets.Length, plan.AddressLists.Length));
        Array.Resize(ref _answers, Math.Max(_answers.Length, plan.Answers));
        Array.Resize(ref _scanned, Math.Max(_scanned.Length, plan.Texts.Length));
        Array.Resize(ref _hits, Math.Max(_hits.Length, plan.TextWords));
        ForgetAnswers();
    }

    /// <summary>Whether the client is in the ranges of a condition.</summary>
    internal bool ClientIsIn(int condition) => CidrTable.Contains(AddressesFound, condition);

    /// <summary>Whether the client is in a named IP set; for one message the answer stays, whatever becomes of the set.</summary>
    internal bool ClientIsInSet(int slot)
    {
        ref var answer = ref _clientInSets[slot];
        if (answer == Answer.NotAsked)
        {
            answer = _plan!.IpSets[slot].Ranges.Contains(Client) ? Answer.Yes : Answer.No;
        }

        return answer == Answer.Yes;
    }

    /// <summary>The members of an address list, for one message always the same.</summary>
    internal AddressSet MembersOf(int slot) => _addressSets[slot] ??= _plan!.AddressLists[slot].Addresses;

    /// <summary>Whether a comparison hits that is made together with all others of its operand.</summary>
    internal bool IsHit(in IndexedAnswer answer)
    {
        EnsureScanned(answer.Slot);
        return (_hits[answer.Word] & answer.Bit) != 0;
    }

    /// <summary>Makes all comparisons of an operand, unless that has been done.</summary>
    internal void EnsureScanned(int slot)
    {
        if (!_scanned[slot])
        {
            Scan(slot);
        }
    }

    internal OperandTexts ReadHeader(int slot) => _headerTexts.Read(slot, View);

    internal bool HasHeader(ReadOnlySpan<byte> name) => View.IndexOf(name) >= 0;

    /// <summary>The answer of a condition that is the same for all recipients: asked once.</summary>
    internal bool HoldsForAll(int number, Expressions.Condition condition)
    {
        ref var answer = ref _answers[number];
        if (answer == Answer.NotAsked)
        {
            answer = condition.Holds(this) ? Answer.Yes : Answer.No;
        }

        return answer == Answer.Yes;
    }

    private void Scan(int slot)
    {
        var indexed = _plan!.Texts[slot];
        var hits = _hits.AsSpan(indexed.FirstWord, indexed.Words);
        hits.Clear();
        var texts = indexed.Operand.Read(this);
        for (var i = 0; i < texts.Count; i++)
        {
            indexed.Index.Scan(texts[i], hits);
        }

        _scanned[slot] = true;
    }

    private void ForgetAnswers()
    {
        Array.Clear(_clientInSets);
        Array.Clear(_addressSets);
        Array.Clear(_answers);
        Array.Clear(_scanned);
    }
}
