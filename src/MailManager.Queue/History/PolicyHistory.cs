using System.Collections.Immutable;
using System.Globalization;

namespace MailManager.Queue.History;

/// <summary>What let the recipients of a message in. Immutable.</summary>
/// <param name="Policy">Name of the traffic policy.</param>
/// <param name="Statements">Those that allowed a recipient, each once for each list of alternatives that held.</param>
/// <param name="ByRecipient">
/// Index of the statement for each recipient of the envelope; empty: the first allowed all. Recipients behind the end were not asked for: they came to an SRS
/// address of this server.
/// </param>
public sealed record PolicyHistory(string Policy, ImmutableArray<StatementMatch> Statements, ImmutableArray<int> ByRecipient);

/// <summary>A statement of a traffic policy that decided. Immutable.</summary>
/// <param name="Statement">Index in <c>PolicyStatements</c>, <see cref="Default"/> or <see cref="Several"/>.</param>
/// <param name="Alternatives">Paths of the alternatives of its conditions that held, such as <c>Conditions[0].AnyOf[1]</c>; empty: it has none.</param>
public sealed record StatementMatch(int Statement, ImmutableArray<string> Alternatives)
{
    /// <summary>No statement held: <c>DefaultAction</c> decided.</summary>
    public const int Default = -1;

    /// <summary>It was certain before it was known which statement would decide.</summary>
    public const int Several = -2;

    /// <summary>The index, <c>default</c> or <c>several</c>.</summary>
    public string Name => Statement switch
    {
        Default => "default",
        Several => "several",
        _ => Statement.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>For logs: <c>2(Conditions[0].AnyOf[1]+Conditions[0].AnyOf[2])</c>.</summary>
    public override string ToString() => Alternatives.IsEmpty ? Name : $"{Name}({string.Join('+', Alternatives)})";
}
