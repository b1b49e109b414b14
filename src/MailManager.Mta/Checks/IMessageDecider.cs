using System.Collections.Immutable;
using MailManager.Rules.CaseAnalysis;
using MailManager.Rules.RuleSets;

namespace MailManager.Mta.Checks;

/// <summary>Decides on a message as the server would. Checks ask it about every message before they show it.</summary>
internal interface IMessageDecider
{
    MessageDecision Decide(MessageCase message);
}

/// <summary>What would become of a message with one recipient.</summary>
internal sealed record MessageDecision
{
    /// <summary>RCPT is answered 250; without that there is nothing else.</summary>
    public required bool IsAdmitted { get; init; }

    /// <summary>Index of the deciding statement of the policy; negative: the default.</summary>
    public required int Statement { get; init; }

    /// <summary>Nobody takes care of the recipient, or of one of those it was replaced by.</summary>
    public bool IsUnserved { get; init; }

    /// <summary>What actions did, in order.</summary>
    public ImmutableArray<DecidedAction> Actions { get; init; } = [];
}

/// <param name="Kind">What was done.</param>
/// <param name="Recipient">For whom, after replacement.</param>
/// <param name="Rule">By which rule.</param>
internal readonly record struct DecidedAction(OutcomeKind Kind, string Recipient, int Rule);
