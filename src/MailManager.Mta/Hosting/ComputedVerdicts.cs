using MailManager.Rules;

namespace MailManager.Mta.Hosting;

/// <summary>What this release finds out about sessions and messages for policies and rules, and what not.</summary>
internal static class ComputedVerdicts
{
    /// <summary>Why a condition that needs it cannot be put in force; null: it can.</summary>
    public static string? Refusal(RequirementKind kind) => kind switch
    {
        RequirementKind.ReverseDns => null,
        RequirementKind.Spf => "SPF verdicts are not computed in this release",
        RequirementKind.Dkim => "DKIM verdicts are not computed in this release",
        RequirementKind.Dmarc => "DMARC verdicts are not computed in this release",
        RequirementKind.DmarcPolicy => "DMARC policies are not looked up in this release",
        RequirementKind.Arc => "ARC verdicts are not computed in this release",
        RequirementKind.AddOn => "add-ons (Analysis) are not asked in this release",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
