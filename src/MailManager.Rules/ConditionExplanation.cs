using System.Collections.Immutable;

namespace MailManager.Rules;

/// <summary>What one condition compared, or what conditions a combination consists of.</summary>
/// <param name="Condition">
/// The condition in words of the API: <c>RECIPIENT ENDS_WITH @example.com</c>; <c>ALL_OF</c>, <c>ANY_OF</c> or <c>NOT</c> for a combination.
/// </param>
/// <param name="Value">
/// The operand's value: untrusted text of at most <see cref="MaxValueLength"/> characters. Several texts are separated by <c> | </c>. Empty for a
/// combination.
/// </param>
/// <param name="Holds">Its answer.</param>
/// <param name="Hit">
/// Which of the condition's values the operand matches, also where that makes a negative condition false; of an address list, the address that is in it.
/// Null: none.
/// </param>
/// <param name="Parts">Of a combination, in the order of the resource.</param>
public sealed record ConditionExplanation(string Condition, string Value, bool Holds, string? Hit, ImmutableArray<ConditionExplanation> Parts)
{
    /// <summary>Longer values are cut.</summary>
    public const int MaxValueLength = 1_000;

    internal static string Cut(string value) => value.Length <= MaxValueLength ? value : value[..MaxValueLength];
}
