using System.Collections.Immutable;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>What must hold of a message, over numbered <see cref="Atom"/>s.</summary>
internal abstract record Formula
{
    public static Formula True { get; } = new All([]);

    public static Formula False { get; } = new Any([]);

    public static Formula AllOf(IEnumerable<Formula> parts) => new All([.. parts]);

    public static Formula AnyOf(IEnumerable<Formula> parts) => new Any([.. parts]);

    public sealed record Holds(int Atom) : Formula;

    public sealed record Not(Formula Part) : Formula;

    public sealed record All(ImmutableArray<Formula> Parts) : Formula;

    public sealed record Any(ImmutableArray<Formula> Parts) : Formula;
}
