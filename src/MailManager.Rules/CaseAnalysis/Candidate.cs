namespace MailManager.Rules.CaseAnalysis;

/// <summary>A value of an operand, or what stands for values of it about which the conditions at hand say the same.</summary>
internal sealed class Candidate
{
    private Candidate(Func<MessageCase, MessageCase>? apply, Func<Atom, bool?>? says, bool isExact)
    {
        Apply = apply;
        Says = says;
        IsExact = isExact;
    }

    /// <summary>Any value whatever, where values cannot be told apart by a few.</summary>
    public static Candidate Unknown { get; } = new(apply: null, static _ => null, isExact: false);

    /// <summary>Gives a case the value (or adds it, if there may be several); null: no concrete value is known.</summary>
    public Func<MessageCase, MessageCase>? Apply { get; }

    /// <summary>
    /// What an atom says about all values that this one stands for; null: about some this, about others that. The function is null when the candidate
    /// stands for itself (<see cref="IsExact"/>) or is an example, which proves that something can be and never that it cannot.
    /// </summary>
    public Func<Atom, bool?>? Says { get; }

    /// <summary>Stands for itself only: what atoms say is what they say of the concrete value.</summary>
    public bool IsExact { get; }

    public static Candidate Exact(Func<MessageCase, MessageCase> apply) => new(apply, says: null, isExact: true);

    public static Candidate Example(Func<MessageCase, MessageCase> apply) => new(apply, says: null, isExact: false);

    /// <param name="apply">One of the values; null: none is known.</param>
    /// <param name="says">About all of them.</param>
    public static Candidate Many(Func<MessageCase, MessageCase>? apply, Func<Atom, bool?> says) => new(apply, says, isExact: false);
}
