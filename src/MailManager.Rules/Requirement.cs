namespace MailManager.Rules;

/// <summary>Something that a policy or rule set needs to be found out about sessions or messages before it can decide.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">Which condition needs it, relative to the resource: <c>Rules[3].Conditions[0]</c>.</param>
public sealed record Requirement(RequirementKind Kind, string Path);

/// <summary>What policies and rule sets may need to be found out.</summary>
public enum RequirementKind
{
    ReverseDns,
    Spf,
    Dkim,
    Dmarc,
    DmarcPolicy,
    Arc,
    AddOn,
}
