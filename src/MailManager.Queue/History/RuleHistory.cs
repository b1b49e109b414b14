using System.Collections.Immutable;

namespace MailManager.Queue.History;

/// <summary>What decided where a message goes. Immutable.</summary>
/// <param name="RuleSet">Name of the rule set.</param>
/// <param name="Rules">Those that matched for any recipient: first those that were applied, then the shadow rules, each in order.</param>
public sealed record RuleHistory(string RuleSet, ImmutableArray<RuleMatch> Rules);

/// <summary>A rule that matched. Immutable.</summary>
/// <param name="Index">In <c>Rules</c>.</param>
/// <param name="Id">Null: it has none.</param>
/// <param name="Name">Null: it has none.</param>
/// <param name="IsShadow">It was not applied.</param>
/// <param name="Alternatives">Paths of the alternatives of its conditions that held, such as <c>Conditions[0].AnyOf[1]</c>; empty: it has none.</param>
public sealed record RuleMatch(int Index, string? Id, string? Name, bool IsShadow, ImmutableArray<string> Alternatives)
{
    /// <summary>Its id, else its name, else its place: <c>Rules[3]</c>.</summary>
    public string Label => Id ?? Name ?? $"Rules[{Index}]";

    /// <summary>For logs: <c>spam(Conditions[0].AnyOf[1])</c>; a shadow rule in parentheses.</summary>
    public override string ToString()
    {
        var text = Alternatives.IsEmpty ? Label : $"{Label}({string.Join('+', Alternatives)})";
        return IsShadow ? $"({text})" : text;
    }
}
