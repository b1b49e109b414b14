namespace MailManager.Messages.Verdicts;

/// <summary>What authentication and add-ons have found out about a message, as far as it was asked for. Immutable.</summary>
public sealed record MessageVerdicts
{
    /// <summary>Nothing was asked for.</summary>
    public static MessageVerdicts None { get; } = new();

    /// <summary>Of the client for the sender's domain (RFC 7208).</summary>
    public Verdict Spf { get; init; } = Verdict.ProcessingFailed;

    /// <summary>Of the best signature (RFC 6376).</summary>
    public Verdict Dkim { get; init; } = Verdict.ProcessingFailed;

    /// <summary>Whether the message passes DMARC (RFC 7489), whatever the policy.</summary>
    public Verdict Dmarc { get; init; } = Verdict.ProcessingFailed;

    /// <summary>Of the ARC chain (RFC 8617).</summary>
    public Verdict Arc { get; init; } = Verdict.ProcessingFailed;

    /// <summary>What the domain of the From field publishes; none when it publishes nothing.</summary>
    public DmarcPolicy DmarcPolicy { get; init; } = DmarcPolicy.None;

    /// <summary>What add-ons said, by analyzer and result field.</summary>
    public IReadOnlyDictionary<AddOnField, AddOnResult> AddOns { get; init; } = new Dictionary<AddOnField, AddOnResult>();
}

/// <summary>Outcome of a check, in the words of Mail Manager.</summary>
public enum Verdict
{
    Pass,
    Fail,

    /// <summary>Neither: no policy, no signature, neutral, soft fail.</summary>
    Gray,

    /// <summary>The check could not be made.</summary>
    ProcessingFailed,
}

/// <summary>A domain's published DMARC policy (RFC 7489 §6.3, <c>p</c>).</summary>
public enum DmarcPolicy
{
    None,
    Quarantine,
    Reject,
}

/// <summary>One field of one add-on's result.</summary>
/// <param name="Analyzer">ARN of the add-on instance.</param>
/// <param name="Field">As conditions name it.</param>
public readonly record struct AddOnField(string Analyzer, string Field);

/// <summary>An add-on's answer; each is null when it gives none of that kind.</summary>
public readonly record struct AddOnResult(string? Text, bool? Flag, Verdict? Verdict);
