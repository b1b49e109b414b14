namespace MailManager.Rules.Policies;

/// <summary>What a traffic policy decided, for a recipient or for all that may come, and why.</summary>
/// <param name="Outcome">Final unless <see cref="PolicyOutcome.NotYetKnown"/>.</param>
/// <param name="Statement">Index of the deciding statement in <c>PolicyStatements</c>, <see cref="Default"/> or <see cref="Undetermined"/>.</param>
public readonly record struct PolicyVerdict(PolicyOutcome Outcome, int Statement)
{
    /// <summary>No statement holds: <c>DefaultAction</c> decided.</summary>
    public const int Default = -1;

    /// <summary>The outcome is not known, or it is certain, but which statement decides depends on what comes.</summary>
    public const int Undetermined = -2;

    public bool IsAllowed => Outcome == PolicyOutcome.Allow;

    public bool IsDenied => Outcome == PolicyOutcome.Deny;

    /// <summary>The deciding statement for logs: its index, <c>default</c> or <c>several</c>.</summary>
    public string StatementName => Statement switch
    {
        Default => "default",
        Undetermined => "several",
        _ => Statement.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>For logs: <c>Deny by statement 2</c>, <c>Allow by default</c>, <c>Deny whatever comes</c>.</summary>
    public override string ToString() => (Outcome, Statement) switch
    {
        (PolicyOutcome.NotYetKnown, _) => "not yet known",
        (_, Undetermined) => $"{Outcome} whatever comes",
        (_, Default) => $"{Outcome} by default",
        _ => $"{Outcome} by statement {StatementName}",
    };
}

/// <summary>Outcome of a policy.</summary>
public enum PolicyOutcome
{
    /// <summary>It depends on what comes.</summary>
    NotYetKnown,

    /// <summary>Let in.</summary>
    Allow,

    /// <summary>Refused.</summary>
    Deny,
}
