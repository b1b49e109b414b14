namespace MailManager.Rules.RuleSets;

/// <summary>What one action did about one recipient.</summary>
/// <param name="Kind">What.</param>
/// <param name="Address">After replacement.</param>
/// <param name="Rule">Index of the rule.</param>
/// <param name="Action">Index of the action in its rule.</param>
/// <param name="Failure">Why the action could not be carried out; then the kind is what its failure policy made of that.</param>
public readonly record struct RecipientOutcome(OutcomeKind Kind, string Address, int Rule, int Action, ActionFailureReason Failure)
{
    /// <summary>In the recipient table, which knows where the recipient came from.</summary>
    internal int Entry { get; init; }

    /// <summary>The delivery, bounce or rejection that the recipient is in.</summary>
    internal RecipientGroup? Group { get; init; }
}

/// <summary>What an action can do about a recipient.</summary>
public enum OutcomeKind
{
    /// <summary>Delivered, by a relay or by sending.</summary>
    Deliver,

    /// <summary>The sender gets a notification that an action describes.</summary>
    Bounce,

    /// <summary>Nothing further is done for it.</summary>
    Drop,

    /// <summary>Refused.</summary>
    Reject,

    /// <summary>Nothing: the action failed, and processing goes on.</summary>
    None,
}
