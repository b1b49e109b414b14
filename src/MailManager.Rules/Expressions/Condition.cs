using MailManager.Rules.Policies;

namespace MailManager.Rules.Expressions;

/// <summary>
/// A node of the tree that conditions become. The tree itself can be asked at once and explains its answers; the compiler makes
/// a delegate of it. Both use the same matchers. Immutable, thread-safe, no side effects; an answer allocates nothing unless attachments must be
/// looked for.
/// </summary>
internal abstract class Condition
{
    /// <summary>The <see cref="Cost"/> of what has to read the whole message.</summary>
    public const int CostOfContent = 1_000;

    /// <summary>
    /// Rough price of an answer, a little more where it is seldom false. Within a list the cheaper are asked first; none has side effects.
    /// </summary>
    public abstract int Cost { get; }

    /// <summary>When in a session the answer is known.</summary>
    public abstract PolicyStage Known { get; }

    /// <summary>The answer differs from recipient to recipient.</summary>
    public virtual bool OfRecipient => false;

    /// <summary>The answer; everything it needs must be known.</summary>
    public abstract bool Holds(RuleInput input);

    /// <summary>The answer where it is known, else null: what is not known is never guessed (Kleene's logic).</summary>
    public virtual bool? HoldsEarly(RuleInput input, PolicyStage stage) => Known <= stage ? Holds(input) : null;

    /// <summary>The answer with what led to it. Allocates.</summary>
    public abstract ConditionExplanation Explain(RuleInput input);
}
