using System.Collections.Immutable;
using MailManager.Messages.Bytes;
using MailManager.Queue;
using MailManager.Rules;
using MailManager.Rules.Policies;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Limits;

namespace MailManager.Mta.Intake;

/// <summary>What one transaction works with: rented at MAIL, returned at its end, so that an idle session holds none.</summary>
internal sealed class IntakeWorkspace
{
    public IntakeWorkspace(IBodyFileStore files, MemoryGauge memory, int maxHeaderLength)
    {
        Buffer = new MessageBuffer(files, maxHeaderLength: maxHeaderLength, memory: memory);
        OpenContent = Buffer.OpenRead;
    }

    public MessageBuffer Buffer { get; }

    /// <summary>Opens the message for rules that read the whole of it.</summary>
    public Func<Stream> OpenContent { get; }

    public RuleInput Input { get; } = new();

    public RuleEvaluation Evaluation { get; } = new();

    /// <summary>Empty: the null reverse-path.</summary>
    public string ReversePath { get; set; } = string.Empty;

    /// <summary>As MAIL declared it.</summary>
    public BodyType Body { get; set; }

    public List<string> Recipients { get; } = [];

    /// <summary>
    /// Where notifications go that came to SRS addresses of this server: by MX, past the rules. They are no <see cref="Recipients"/>, which nothing
    /// else is done for.
    /// </summary>
    public List<string> Returning { get; } = [];

    /// <summary>Of the envelope as it is kept: <see cref="Returning"/> after <see cref="Recipients"/>.</summary>
    public ImmutableArray<string> AllRecipients() => Returning.Count == 0 ? [.. Recipients] : [.. Recipients, .. Returning];

    /// <summary>What the policy said, for each recipient.</summary>
    public List<PolicyVerdict> Verdicts { get; } = [];

    /// <summary>What is kept of decisions, also that of messages before.</summary>
    public DecisionNotes Decisions { get; } = new();

    public RequestedOptions Requested { get; } = new();

    /// <summary>What becomes durable at the end of the transaction: the message and notifications to its sender.</summary>
    public List<AcceptedMessage> Outbox { get; } = [];

    /// <summary>What was asked for a recipient after the rules; null: nothing.</summary>
    public RecipientOptions? OptionsOf(CompiledRuleSet ruleSet, RecipientGroup group, int recipient) =>
        ruleSet.ReplacesRecipients || Requested.HasRecipientOptions ? Requested.Of(group, recipient, Recipients) : null;

    public void Clear()
    {
        Buffer.Discard();
        Input.ClearMessage();
        Evaluation.Clear();
        ReversePath = string.Empty;
        Recipients.Clear();
        Returning.Clear();
        Verdicts.Clear();
        Requested.Clear();
        Outbox.Clear();
    }
}
