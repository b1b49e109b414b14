using System.Numerics;
using MailManager.Rules.Expressions;
using MailManager.Rules.Operands;

namespace MailManager.Rules.Compiler;

/// <summary>
/// All condition trees of one policy or rule set, in blocks of up to 64 that are asked together. Asked through the trees from the first moment; once
/// <see cref="CompileInBackground"/> is done, through delegates. Thread-safe.
/// </summary>
internal sealed class ConditionProgram
{
    /// <summary>Trees in a block: one bit each.</summary>
    public const int BlockSize = 64;

    private readonly Condition[][] _blocks;
    private readonly ulong[] _always;
    private volatile CompiledBlock[]? _compiled;
    private Task? _compilation;

    public ConditionProgram(IEnumerable<Condition[]> blocks, OperandPlan operands)
    {
        _blocks = [.. blocks];
        _always = [.. _blocks.Select(block => Bits(block, condition => condition is AllOf { Parts.Length: 0 }))];
        Operands = operands;
    }

    public OperandPlan Operands { get; }

    public bool IsCompiled => _compiled is not null;

    /// <summary>Bits of the trees of a block that hold.</summary>
    /// <param name="block">Its number.</param>
    /// <param name="wanted">Bits of the trees to ask.</param>
    /// <param name="input">Bound to <see cref="Operands"/>.</param>
    public ulong Holding(int block, ulong wanted, RuleInput input)
    {
        var always = wanted & _always[block];
        wanted &= ~always;
        if (wanted == 0)
        {
            return always;
        }

        var compiled = _compiled;
        return always | (compiled is null ? AskTrees(_blocks[block], wanted, input) : compiled[block](input, wanted));
    }

    /// <summary>Starts compilation, once; later calls return the same task.</summary>
    public Task CompileInBackground()
    {
        var compilation = new Task(Compile);
        var earlier = Interlocked.CompareExchange(ref _compilation, compilation, null);
        if (earlier is not null)
        {
            return earlier;
        }

        compilation.Start(TaskScheduler.Default);
        return compilation;
    }

    private static ulong AskTrees(Condition[] trees, ulong wanted, RuleInput input)
    {
        var holding = 0UL;
        for (var rest = wanted; rest != 0; rest &= rest - 1)
        {
            var tree = BitOperations.TrailingZeroCount(rest);
            if (trees[tree].Holds(input))
            {
                holding |= 1UL << tree;
            }
        }

        return holding;
    }

    private static ulong Bits(Condition[] block, Func<Condition, bool> isSet) =>
        Enumerable.Range(0, block.Length).Where(i => isSet(block[i])).Aggregate(0UL, static (bits, i) => bits | (1UL << i));

    private void Compile()
    {
        var input = new RuleInput();
        input.Bind(Operands);
        CompiledBlock[] compiled = [.. _blocks.Select(BlockCompiler.Compile)];
        foreach (var block in compiled)
        {
            // Asking for nothing makes machine code of it here, not in the first session.
            block(input, 0);
        }

        _compiled = compiled;
    }
}
