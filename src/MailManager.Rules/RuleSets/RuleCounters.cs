namespace MailManager.Rules.RuleSets;

/// <summary>How often a rule was asked and matched since its rule set was put in force.</summary>
/// <param name="Rule">Its id, else its name, else its index as <c>Rules[3]</c>.</param>
/// <param name="Evaluated">Messages that reached it: had a recipient left that no earlier rule dropped.</param>
/// <param name="Matched">Messages that it applied to, for some recipient.</param>
/// <param name="ShadowMatched">Messages that it would have applied to if it were no shadow.</param>
public readonly record struct RuleCounters(string Rule, long Evaluated, long Matched, long ShadowMatched);
