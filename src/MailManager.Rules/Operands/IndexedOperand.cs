using MailManager.Rules.Strings;

namespace MailManager.Rules.Operands;

/// <summary>An operand, all of whose comparisons one scan answers.</summary>
/// <param name="Operand">What is scanned.</param>
/// <param name="Index">All comparisons.</param>
/// <param name="FirstWord">Where their answers begin among those of all operands.</param>
internal sealed record IndexedOperand(TextOperand Operand, OperandIndex Index, int FirstWord)
{
    /// <summary>Words of 64 answers.</summary>
    public int Words { get; } = (Index.Conditions + 63) / 64;
}

/// <summary>Where the answer of one comparison is found.</summary>
/// <param name="Slot">Of its operand.</param>
/// <param name="Word">Among the answers of all operands.</param>
/// <param name="Bit">In that word.</param>
internal readonly record struct IndexedAnswer(int Slot, int Word, ulong Bit);
