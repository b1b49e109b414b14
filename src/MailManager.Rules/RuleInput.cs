using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Cidr;
using MailManager.Rules.Operands;
using MailManager.Rules.Strings;

namespace MailManager.Rules;

/// <summary>
/// What policies and rule sets are asked about: a session, then its messages one after the other. One object a session, set again for
/// each message; what conditions need of a message is extracted when first needed and kept until the next one. Not thread-safe.
/// </summary>
public sealed class RuleInput
{
    private static readonly SessionFacts NoSession = new() { Client = new(System.Net.IPAddress.None, 0), Helo = string.Empty };
    private static readonly HeaderIndex NoHeaders = new();

    private readonly HeaderTexts _headerTexts = new();
    private OperandPlan? _plan;
    private CidrTable? _addressesFoundIn;
    private ulong[] _addressesFound = [];
    private ReadOnlyMemory<byte> _head;
    private HeaderIndex _headers = NoHeaders;

    internal SessionFacts Session { get; private set; } = NoSession;

    internal string ReversePath { get; private set; } = string.Empty;

    /// <summary>The recipient that is asked about now.</summary>
    internal string Recipient { get; set; } = string.Empty;

    /// <summary>Octets; exact in a double up to 2^53.</summary>
    internal double MessageSize { get; private set; }

    /// <summary>Starts a session, or goes on with what is now known of it (after EHLO, STARTTLS). Forgets the message.</summary>
    public void SetSession(SessionFacts session)
    {
        ArgumentNullException.ThrowIfNull(session);
        ClearMessage();
        Session = session;
        _addressesFoundIn = null;
    }

    /// <summary>Sets the message; needed by rule sets, not by traffic policies.</summary>
    /// <param name="reversePath">Sender address; empty for the null reverse-path.</param>
    /// <param name="head">The octets for which <paramref name="headers"/> was built; must stay valid until <see cref="ClearMessage"/>.</param>
    /// <param name="headers">Its header fields.</param>
    /// <param name="size">Octets of the whole message, which may be more than the head.</param>
    public void SetMessage(string reversePath, ReadOnlyMemory<byte> head, HeaderIndex headers, long size)
    {
        ClearMessage();
        ReversePath = reversePath;
        _head = head;
        _headers = headers;
        MessageSize = size;
    }

    /// <summary>Lets go of the message and gives pooled memory back. To be called when the transaction ends.</summary>
    public void ClearMessage()
    {
        _headerTexts.Clear();
        ReversePath = string.Empty;
        Recipient = string.Empty;
        _head = default;
        _headers = NoHeaders;
        MessageSize = 0;
    }

    /// <summary>Prepares for the conditions of one policy or rule set.</summary>
    internal void Bind(OperandPlan plan)
    {
        if (!ReferenceEquals(plan, _plan))
        {
            _plan = plan;
            _headerTexts.Reset(plan.Headers);
        }
    }

    internal bool ClientIsIn(int condition)
    {
        var addresses = _plan!.Addresses;
        if (!ReferenceEquals(addresses, _addressesFoundIn))
        {
            _addressesFound = addresses.Find(Session.Client.Address);
            _addressesFoundIn = addresses;
        }

        return CidrTable.Contains(_addressesFound, condition);
    }

    internal bool HeaderMatches(int slot, StringMatcher matcher) => _headerTexts.AnyMatches(slot, matcher, View);

    internal bool CertificateMatches(RuleClientCertificateAttribute attribute, StringMatcher matcher) =>
        CertificateValues.AnyMatches(Session.ClientCertificate, attribute, matcher);

    internal string[] ReadHeader(int slot) => _headerTexts.Read(slot, View);

    internal bool HasHeader(ReadOnlySpan<byte> name) => View.IndexOf(name) >= 0;

    private HeaderView View => _headers.View(_head.Span);
}
