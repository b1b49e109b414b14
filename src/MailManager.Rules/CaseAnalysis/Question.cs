using System.Collections.Immutable;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>Whether there is a case in which all goals come true.</summary>
/// <param name="Goals">What is to be.</param>
/// <param name="Recipients">
/// The recipient of the envelope, then what rules have made of it one after the other; atoms of a goal on the recipient mean one of them.
/// </param>
internal sealed record Question(ImmutableArray<Goal> Goals, ImmutableArray<RecipientChoice> Recipients)
{
    /// <summary>About the recipient of the envelope alone.</summary>
    public static Question Of(params ImmutableArray<Goal> goals) => new(goals, [RecipientChoice.Any]);
}

/// <param name="Formula">What.</param>
/// <param name="Wanted">Whether it is to hold or not to hold.</param>
/// <param name="Recipient">Of which recipient, by its index in <see cref="Question.Recipients"/>.</param>
internal readonly record struct Goal(Formula Formula, bool Wanted, int Recipient = 0);

/// <summary>Which recipient.</summary>
/// <param name="Candidate">A certain one; null: any.</param>
internal readonly record struct RecipientChoice(int? Candidate)
{
    public static RecipientChoice Any { get; } = new(Candidate: null);
}
