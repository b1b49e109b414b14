using System.Collections.Immutable;
using System.Numerics;

namespace MailManager.Rules.Expressions;

/// <summary>
/// The parts of a tree that need not hold although the tree does: those of its <c>AnyOf</c>. For a log that says what a message matched. Of all other
/// conditions that is known: they hold. What stands below a <c>Not</c> is not among them. Immutable, thread-safe.
/// </summary>
internal sealed class Alternatives
{
    /// <summary>More are not told of.</summary>
    private const int Maximum = 64;

    private readonly List<(Condition Condition, string Path)> _parts = [];

    /// <param name="conditions">Each with its path, such as <c>Conditions[0]</c>.</param>
    public Alternatives(IEnumerable<(Condition Condition, string Path)> conditions)
    {
        foreach (var (condition, path) in conditions)
        {
            Collect(condition, path);
        }

        OfRecipient = _parts.Exists(part => part.Condition.OfRecipient);
    }

    public bool IsEmpty => _parts.Count == 0;

    /// <summary>The answer differs from recipient to recipient.</summary>
    public bool OfRecipient { get; }

    /// <summary>
    /// Bits of those that hold, as far as that is known at a stage. What needs the whole message counts only if that has been read already: nobody
    /// reads it for a log.
    /// </summary>
    public ulong Holding(RuleInput input, Policies.PolicyStage known)
    {
        var holding = 0UL;
        for (var i = 0; i < _parts.Count; i++)
        {
            var condition = _parts[i].Condition;
            if ((condition.Cost < Condition.CostOfContent || input.HasReadAttachments) && condition.HoldsEarly(input, known) == true)
            {
                holding |= 1UL << i;
            }
        }

        return holding;
    }

    /// <summary>Their paths. Allocates if there are some.</summary>
    public ImmutableArray<string> PathsOf(ulong holding) => holding == 0 ? [] : [.. Numbers(holding).Select(number => _parts[number].Path)];

    private static IEnumerable<int> Numbers(ulong bits)
    {
        for (; bits != 0; bits &= bits - 1)
        {
            yield return BitOperations.TrailingZeroCount(bits);
        }
    }

    private void Collect(Condition condition, string path)
    {
        switch (condition)
        {
            case OncePerMessage once:
                Collect(once.Part, path);
                break;
            case AllOf all:
                CollectParts(all, $"{path}.AllOf");
                break;
            case AnyOf any:
                foreach (var (part, i) in any.Parts.Select((part, i) => (part, i)).Take(Maximum - _parts.Count))
                {
                    _parts.Add((part, $"{path}.AnyOf[{i}]"));
                }

                CollectParts(any, $"{path}.AnyOf");
                break;
        }
    }

    private void CollectParts(Combination combination, string path)
    {
        for (var i = 0; i < combination.Parts.Length; i++)
        {
            Collect(combination.Parts[i], $"{path}[{i}]");
        }
    }
}
