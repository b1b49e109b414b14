using MailManager.Resources.Expressions;

namespace MailManager.Rules.Policies;

/// <summary>What a traffic policy decided for a recipient, and why.</summary>
/// <param name="Action">Whether the recipient is let in.</param>
/// <param name="Statement">Index of the deciding statement in <c>PolicyStatements</c>, or <see cref="Default"/>.</param>
public readonly record struct PolicyVerdict(AcceptAction Action, int Statement)
{
    /// <summary>No statement held: <c>DefaultAction</c> decided.</summary>
    public const int Default = -1;

    public bool IsAllowed => Action == AcceptAction.Allow;

    /// <summary>For logs: <c>Deny by statement 2</c>, <c>Allow by default</c>.</summary>
    public override string ToString() => $"{Action} by {Name(Statement)}";

    internal static string Name(int statement) => statement == Default ? "default" : $"statement {statement}";
}

/// <summary>What a traffic policy will decide for every recipient of a session, as far as that is known before there are any.</summary>
/// <param name="Outcome">Final unless <see cref="EarlyOutcome.NotYetKnown"/>.</param>
/// <param name="Statement">
/// Index of the deciding statement, <see cref="PolicyVerdict.Default"/>, or <see cref="Undetermined"/> when several lead to the same outcome.
/// </param>
public readonly record struct EarlyPolicyVerdict(EarlyOutcome Outcome, int Statement)
{
    /// <summary>The outcome is certain, but which statement decides depends on the recipient.</summary>
    public const int Undetermined = -2;

    /// <summary>For logs.</summary>
    public override string ToString() =>
        Outcome == EarlyOutcome.NotYetKnown ? "not yet known"
        : Statement == Undetermined ? $"{Outcome} whatever the recipient"
        : $"{Outcome} by {PolicyVerdict.Name(Statement)}";
}

/// <summary>Outcome of a policy before the recipient is known.</summary>
public enum EarlyOutcome
{
    /// <summary>It depends on what comes.</summary>
    NotYetKnown,

    /// <summary>Every recipient of the session will be allowed.</summary>
    Allow,

    /// <summary>Every recipient of the session will be denied.</summary>
    Deny,
}
