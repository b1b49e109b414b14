using System.Collections.Immutable;
using MailManager.Resources.Expressions;

namespace MailManager.Rules.Policies;

/// <summary>Why a policy let a recipient in or refused it.</summary>
/// <param name="Verdict">What it decided.</param>
/// <param name="Statements">In the order of the resource.</param>
public sealed record PolicyExplanation(PolicyVerdict Verdict, ImmutableArray<StatementExplanation> Statements);

/// <summary>What one statement compared.</summary>
/// <param name="Statement">Its index.</param>
/// <param name="Action">What it does to those for whom it holds.</param>
/// <param name="Holds">All its conditions hold.</param>
/// <param name="Decided">It is the one that decided.</param>
/// <param name="Conditions">In the order of the resource.</param>
public sealed record StatementExplanation(
    int Statement, AcceptAction Action, bool Holds, bool Decided, ImmutableArray<ConditionExplanation> Conditions);
