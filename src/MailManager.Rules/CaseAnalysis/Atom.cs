using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>One comparison of one operand, positive: negative operators are its negation.</summary>
/// <param name="Operand">What it compares.</param>
/// <param name="Condition">The comparison as rules write it; null: rules have none such.</param>
internal sealed record Atom(CaseOperand Operand, RuleCondition? Condition)
{
    /// <summary>Answers for input and recipient where there is no <see cref="Condition"/>.</summary>
    public Func<RuleInput, string, bool>? Ask { get; init; }

    /// <summary>What its answer turns on.</summary>
    public ImmutableArray<TextHint> Hints { get; init; } = [];

    /// <summary>Of address conditions.</summary>
    public ImmutableArray<AddressRange> Ranges { get; init; } = [];

    /// <summary>Of conditions on the size.</summary>
    public double? Number { get; init; }

    /// <summary>
    /// The hints or ranges are all that its answer turns on. False for regular expressions, and for sets and lists whose content comes from a file or
    /// is long.
    /// </summary>
    public bool IsExact { get; init; } = true;

    /// <summary>What it looks into comes from a file and may change: an answer of today proves nothing.</summary>
    public bool IsVariable { get; init; }
}

/// <summary>A text that a comparison looks for.</summary>
internal readonly record struct TextHint(HintKind Kind, string Text);

internal enum HintKind
{
    Whole,
    Prefix,
    Suffix,
    Infix,
}
