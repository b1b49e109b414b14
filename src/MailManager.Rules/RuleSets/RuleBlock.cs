using MailManager.Rules.Compiler;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.RuleSets;

/// <summary>
/// Rules that follow each other and are asked together. One that reads the whole message is the first of its block: so what the rules before it do
/// is done by then, and a message that they have dropped is never read for it.
/// </summary>
/// <param name="First">Position of its first rule.</param>
/// <param name="Count">1 to 64.</param>
internal readonly record struct RuleBlock(int First, int Count)
{
    /// <summary>A bit for each rule.</summary>
    public ulong All => ulong.MaxValue >> (ConditionProgram.BlockSize - Count);

    /// <summary>The block of the program that holds what is the same for all recipients.</summary>
    public static int MessageParts(int number) => 2 * number;

    /// <summary>The block of the program that holds the rest.</summary>
    public static int LateParts(int number) => (2 * number) + 1;

    public static IEnumerable<RuleBlock> Of(CompiledRule[] rules)
    {
        var first = 0;
        for (var i = 1; i <= rules.Length; i++)
        {
            if (i == rules.Length || i - first == ConditionProgram.BlockSize || rules[i].ReadsContent)
            {
                yield return new RuleBlock(first, i - first);
                first = i;
            }
        }
    }

    /// <summary>The two blocks of the program.</summary>
    public Condition[][] Parts(CompiledRule[] rules)
    {
        var mine = rules.AsSpan(First, Count).ToArray();
        return [[.. mine.Select(rule => rule.MessagePart)], [.. mine.Select(rule => rule.LatePart)]];
    }
}
