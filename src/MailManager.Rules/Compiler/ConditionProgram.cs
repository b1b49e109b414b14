using MailManager.Rules.Expressions;
using MailManager.Rules.Operands;

namespace MailManager.Rules.Compiler;

/// <summary>Answers root <paramref name="root"/> of a program.</summary>
internal delegate bool CompiledConditions(RuleInput input, int root);

/// <summary>
/// All condition trees of one policy or rule set. Asked through the trees from the first moment; once <see cref="CompileInBackground"/>
/// is done, through one delegate. Thread-safe.
/// </summary>
internal sealed class ConditionProgram(Condition[] roots, OperandPlan operands)
{
    private volatile CompiledConditions? _compiled;
    private Task? _compilation;

    public OperandPlan Operands { get; } = operands;

    public Condition[] Roots { get; } = roots;

    public bool IsCompiled => _compiled is not null;

    /// <summary>The input must be bound to <see cref="Operands"/>.</summary>
    public bool Holds(int root, RuleInput input)
    {
        var compiled = _compiled;
        return compiled is null ? Roots[root].Holds(input) : compiled(input, root);
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

    private void Compile()
    {
        var compiled = TreeCompiler.Compile(Roots);

        // Asking for a root that is not there makes machine code of it here, not in the first session.
        compiled(new RuleInput(), -1);
        _compiled = compiled;
    }
}
