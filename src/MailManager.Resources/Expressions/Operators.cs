namespace MailManager.Resources.Expressions;

/// <summary>Whether a policy statement, or a policy's default, lets a recipient in (API: <c>AcceptAction</c>).</summary>
public enum AcceptAction
{
    Allow,
    Deny,
}

/// <summary>
/// String comparisons of policies and rules. Positive ones mean any-of their values, <see cref="NotEquals"/> and <see cref="NotMatches"/> mean none-of.
/// </summary>
public enum StringOperator
{
    Equals,
    NotEquals,
    StartsWith,
    EndsWith,
    Contains,

    /// <summary>(+) A regular expression of .NET's non-backtracking kind matches somewhere in the text.</summary>
    Matches,

    /// <summary>(+) No such expression matches anywhere in the text.</summary>
    NotMatches,
}

/// <summary>Address-range comparisons: any-of for <see cref="CidrMatches"/>, none-of for <see cref="NotCidrMatches"/>.</summary>
public enum IpOperator
{
    CidrMatches,
    NotCidrMatches,
}

/// <summary>Comparisons with one number (API: <c>RuleNumberOperator</c>).</summary>
public enum NumberOperator
{
    Equals,
    NotEquals,
    LessThan,
    GreaterThan,
    LessThanOrEqual,
    GreaterThanOrEqual,
}

/// <summary>Comparisons of a truth value.</summary>
public enum BooleanOperator
{
    IsTrue,
    IsFalse,
}

/// <summary>Comparisons of a verdict or a DMARC policy: any-of for <see cref="Equals"/>, none-of for <see cref="NotEquals"/>.</summary>
public enum VerdictOperator
{
    Equals,
    NotEquals,
}

/// <summary>An add-on's answer: which analyzer (an add-on instance ARN) and which field of its result (API: <c>Analysis</c>).</summary>
public sealed record Analysis(string Analyzer, string ResultField);
