namespace MailManager.Rules.RuleSets;

/// <summary>Why an action could not be carried out for a recipient.</summary>
public enum ActionFailureReason
{
    /// <summary>It was carried out.</summary>
    None,

    /// <summary>Relay: there is no such relay.</summary>
    NoSuchRelay,

    /// <summary>Relay: the recipient is of no verified identity.</summary>
    RecipientNotVerified,

    /// <summary>Send: the recipient has no domain to send to.</summary>
    NoDomain,

    /// <summary>Send: the recipient is of no verified identity, and the client has not authenticated.</summary>
    NotAuthenticated,

    /// <summary>Send: the recipient is of no verified identity, and neither is the sender.</summary>
    SenderNotVerified,

    /// <summary>Bounce: the reverse-path is null, there is nobody to tell (RFC 5321 §6.1).</summary>
    NullReversePath,

    /// <summary>ReplaceRecipient: what a mapping or pattern made is not an address.</summary>
    NoAddress,

    /// <summary>ReplaceRecipient: too many recipients were added to the message.</summary>
    TooManyReplacements,
}
