using System.Linq.Expressions;
using MailManager.Messages.Envelope;
using MailManager.Resources.Expressions;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.Compiler;

/// <summary>Answers the wanted trees of a block: bits of those that hold.</summary>
/// <param name="input">Bound to the operands.</param>
/// <param name="wanted">Bits of the trees to ask.</param>
internal delegate ulong CompiledBlock(RuleInput input, ulong wanted);

/// <summary>
/// Makes one delegate of all trees of a block: combinations become branches, and of leaves those that look up an answer or compare a number or truth value
/// become code; others are called. Takes milliseconds; belongs on a background thread. Used once.
/// </summary>
/// <remarks>
/// <para>
/// A delegate of such an expression has no profile to be optimised by, as the tree has, and costs more to call than a condition takes. So it is called once
/// for 64 trees, and not for more: the just-in-time compiler no longer optimises methods of some thousand branches.
/// </para>
/// <para>
/// A condition that is called is a constant of its own sealed type, so that the call is direct; by its base type the cast alone would cost as much as the tree.
/// </para>
/// </remarks>
internal sealed class BlockCompiler
{
    private static readonly ParameterExpression Input = Expression.Parameter(typeof(RuleInput), "input");
    private static readonly ParameterExpression Wanted = Expression.Parameter(typeof(ulong), "wanted");
    private static readonly ParameterExpression Holding = Expression.Variable(typeof(ulong), "holding");
    private static readonly ParameterExpression Hits = Expression.Variable(typeof(ulong[]), "hits");
    private static readonly ParameterExpression Addresses = Expression.Variable(typeof(ulong[]), "addresses");

    /// <summary>Operands that are scanned before the trees are asked.</summary>
    private readonly SortedSet<int> _scans = [];
    private bool _usesAddresses;

    private BlockCompiler()
    {
    }

    public static CompiledBlock Compile(Condition[] trees)
    {
        var compiler = new BlockCompiler();
        Expression[] asks = [.. trees.Select((tree, number) => compiler.Ask(tree, 1UL << number))];
        var body = Expression.Block(
            typeof(ulong),
            [Holding, Hits, Addresses],
            [
                .. compiler._scans.Select(slot => Expression.Call(Input, nameof(RuleInput.EnsureScanned), null, Expression.Constant(slot))),
                Expression.Assign(Hits, Expression.Property(Input, nameof(RuleInput.Hits))),
                compiler._usesAddresses ? Expression.Assign(Addresses, Expression.Property(Input, nameof(RuleInput.AddressesFound))) : Expression.Empty(),
                .. asks,
                Holding,
            ]);
        return Expression.Lambda<CompiledBlock>(body, Input, Wanted).Compile();
    }

    private ConditionalExpression Ask(Condition tree, ulong bit) =>
        Expression.IfThen(Expression.AndAlso(IsSet(Wanted, bit), Emit(tree)), Expression.OrAssign(Holding, Expression.Constant(bit)));

    private Expression Emit(Condition condition) => condition switch
    {
        AllOf all => all.Ordered.Select(Emit).DefaultIfEmpty(Expression.Constant(true)).Aggregate(Expression.AndAlso),
        AnyOf any => any.Ordered.Select(Emit).DefaultIfEmpty(Expression.Constant(false)).Aggregate(Expression.OrElse),
        Not not => Expression.Not(Emit(not.Part)),
        TextCondition { IsIndexed: true, Cost: < Condition.CostOfContent } text => EmitHit(text),
        AddressCondition { Sets.IsEmpty: true } address => EmitAddress(address),
        SizeCondition size => EmitComparison(
            size.Comparison.Operator, Expression.Property(Input, nameof(RuleInput.MessageSize)), Expression.Constant(size.Comparison.Value)),
        TlsCondition tls => Negate(Expression.Property(EmitSession(), nameof(SessionFacts.IsTls)), !tls.Expected),
        TlsWrappedCondition tls => Negate(Expression.Property(EmitSession(), nameof(SessionFacts.IsTlsWrapped)), !tls.Expected),
        _ => Expression.Call(Expression.Constant(condition), nameof(Condition.Holds), null, Input),
    };

    private BinaryExpression EmitAddress(AddressCondition address)
    {
        _usesAddresses = true;
        return IsSet(Expression.ArrayIndex(Addresses, Expression.Constant(address.Number / 64)), 1UL << (address.Number % 64), !address.Negated);
    }

    /// <summary>All comparisons of an operand are made before the trees are asked, unless they need the whole message.</summary>
    private BinaryExpression EmitHit(TextCondition text)
    {
        _scans.Add(text.Answer.Slot);
        return IsSet(Expression.ArrayIndex(Hits, Expression.Constant(text.Answer.Word)), text.Answer.Bit, !text.Negated);
    }

    private static MemberExpression EmitSession() => Expression.Property(Input, nameof(RuleInput.Session));

    private static BinaryExpression EmitComparison(NumberOperator op, Expression left, Expression right) => op switch
    {
        NumberOperator.Equals => Expression.Equal(left, right),
        NumberOperator.NotEquals => Expression.NotEqual(left, right),
        NumberOperator.LessThan => Expression.LessThan(left, right),
        NumberOperator.GreaterThan => Expression.GreaterThan(left, right),
        NumberOperator.LessThanOrEqual => Expression.LessThanOrEqual(left, right),
        _ => Expression.GreaterThanOrEqual(left, right),
    };

    private static BinaryExpression IsSet(Expression word, ulong bit, bool expected = true)
    {
        var masked = Expression.And(word, Expression.Constant(bit));
        return expected ? Expression.NotEqual(masked, Expression.Constant(0UL)) : Expression.Equal(masked, Expression.Constant(0UL));
    }

    private static Expression Negate(Expression expression, bool negated) => negated ? Expression.Not(expression) : expression;
}
