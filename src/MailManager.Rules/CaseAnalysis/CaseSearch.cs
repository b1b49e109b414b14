using System.Collections.Immutable;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>
/// Looks for a case in which all goals of a question come true, by backtracking: what must be is decided first, then the goal with the fewest ways
/// is tried one way after the other.
/// </summary>
internal sealed class CaseSearch(CaseSpace space, Effort effort)
{
    /// <summary>Examples that fit the goals as far as they were looked at, but do not pass, before another way is taken.</summary>
    private const int MaxTurns = 3;

    /// <summary>The first example that passes; null: none was found, which proves nothing.</summary>
    /// <param name="question">Which goals.</param>
    /// <param name="accept">Asks what is in force; an example that it refuses is none.</param>
    public MessageCase? FindExample(Question question, Func<MessageCase, bool> accept)
    {
        effort.Begin();
        MessageCase? found = null;
        Search(Start(question, space.Examples), question.Goals, constraints =>
        {
            for (var turn = 0; turn < MaxTurns && found is null; turn++)
            {
                var message = space.Build(constraints.Choices(turn));
                found = message.IsPossible && accept(message) ? message : null;
            }

            return found is not null;
        });
        return found;
    }

    /// <summary>There is certainly no such case.</summary>
    public bool IsImpossible(Question question)
    {
        effort.Begin();
        return !Search(Start(question, space.Proofs), question.Goals, static _ => true) && !effort.IsSpent;
    }

    private Constraints Start(Question question, TruthTables tables) => new(space, tables, question, space.OperandOf.Length, effort);

    /// <summary>True as soon as an end is accepted. After the effort is spent false means nothing.</summary>
    private bool Search(Constraints constraints, ImmutableArray<Goal> goals, Func<Constraints, bool> accept)
    {
        var open = new List<Goal>(goals);
        if (!DecideWhatMustBe(constraints, open))
        {
            return false;
        }

        if (open.Count == 0)
        {
            return accept(constraints);
        }

        var goal = open.MinBy(g => Ways(constraints, g).Count());
        var ways = Ways(constraints, goal).ToArray();
        open.Remove(goal);
        foreach (var way in ways)
        {
            if (effort.IsSpent)
            {
                return false;
            }

            if (Search(constraints.Clone(), [way, .. open], accept))
            {
                return true;
            }

            // Ways after this one need not be tried with it.
            open.Add(way with { Wanted = !way.Wanted });
        }

        return false;
    }

    /// <summary>Takes away goals that have come true and decides those that have one way left; false: one cannot come true.</summary>
    private bool DecideWhatMustBe(Constraints constraints, List<Goal> open)
    {
        for (var again = true; again;)
        {
            again = false;
            for (var i = 0; i < open.Count; i++)
            {
                if (effort.IsSpent)
                {
                    return false;
                }

                var goal = open[i];
                var value = constraints.Value(goal.Formula, goal.Recipient);
                if (value is { } known && known != goal.Wanted)
                {
                    return false;
                }

                // An atom is decided even if it follows: an operand with several values needs to know what it has to have.
                if (value is not null && goal.Formula is not Formula.Holds)
                {
                    open.RemoveAt(i--);
                    continue;
                }

                if (goal.Formula is Formula.Holds holds)
                {
                    open.RemoveAt(i--);
                    if (!constraints.Decide(holds.Atom, goal.Recipient, goal.Wanted))
                    {
                        return false;
                    }

                    again = true;
                }
                else if (NeedsAll(goal))
                {
                    open.RemoveAt(i--);
                    open.AddRange(Parts(goal));
                    again = true;
                }
                else if (Ways(constraints, goal).Take(2).ToArray() is [var only])
                {
                    open[i--] = only;
                    again = true;
                }
            }
        }

        return true;
    }

    private static bool NeedsAll(Goal goal) => goal.Formula is Formula.Not || (goal.Formula is Formula.All) == goal.Wanted;

    private static IEnumerable<Goal> Parts(Goal goal) => goal.Formula switch
    {
        Formula.Not not => [goal with { Formula = not.Part, Wanted = !goal.Wanted }],
        Formula.All all => all.Parts.Select(part => goal with { Formula = part }),
        _ => ((Formula.Any)goal.Formula).Parts.Select(part => goal with { Formula = part }),
    };

    /// <summary>The parts one of which has to come true and still may.</summary>
    private static IEnumerable<Goal> Ways(Constraints constraints, Goal goal) =>
        Parts(goal).Where(part => constraints.Value(part.Formula, part.Recipient) is not { } known || known == part.Wanted);
}
