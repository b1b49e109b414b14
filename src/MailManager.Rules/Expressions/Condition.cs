namespace MailManager.Rules.Expressions;

/// <summary>
/// A node of the tree that a condition list becomes. The tree itself can be asked at once and explains its answers; the compiler makes
/// a delegate of it. Both use the same matchers. Immutable, thread-safe, no side effects, allocates nothing.
/// </summary>
internal abstract class Condition
{
    /// <summary>
    /// Rough price of an answer, a little more where it is seldom false. Within a list the cheaper are asked first; none has side effects.
    /// </summary>
    public abstract int Cost { get; }

    /// <summary>When the answer is known.</summary>
    public abstract Stage Stage { get; }

    public abstract bool Holds(RuleInput input);
}

/// <summary>What must be known for an answer; later stages include earlier ones.</summary>
internal enum Stage
{
    /// <summary>The client's address.</summary>
    Connection,

    /// <summary>Whether and how the session is encrypted, which STARTTLS changes.</summary>
    Tls,

    /// <summary>Envelope and header, the same for all recipients.</summary>
    Message,

    /// <summary>One recipient.</summary>
    Recipient,
}

/// <summary>Holds when all of its parts do; with none it always holds.</summary>
internal sealed class AllOf : Condition
{
    public AllOf(IEnumerable<Condition> parts)
    {
        Parts = [.. parts.OrderBy(part => part.Cost)];
        Cost = Parts.Sum(part => part.Cost);
        Stage = Parts.Select(part => part.Stage).DefaultIfEmpty().Max();
    }

    public Condition[] Parts { get; }

    public override int Cost { get; }

    public override Stage Stage { get; }

    public override bool Holds(RuleInput input)
    {
        foreach (var part in Parts)
        {
            if (!part.Holds(input))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The exceptions of a rule, one by one: holds when its part does not.</summary>
internal sealed class Not(Condition part) : Condition
{
    public Condition Part { get; } = part;

    public override int Cost => Part.Cost + 1;

    public override Stage Stage => Part.Stage;

    public override bool Holds(RuleInput input) => !Part.Holds(input);
}
