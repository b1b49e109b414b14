using System.Linq.Expressions;
using MailManager.Messages.Envelope;
using MailManager.Resources.Expressions;
using MailManager.Rules.Expressions;

namespace MailManager.Rules.Compiler;

/// <summary>
/// Makes one delegate of condition trees: lists become chains of short-circuit operators, comparisons of numbers and truth values become
/// code, matchers are called without going through their base class. Takes milliseconds; belongs on a background thread.
/// </summary>
internal static class TreeCompiler
{
    private static readonly ParameterExpression Input = Expression.Parameter(typeof(RuleInput), "input");
    private static readonly ParameterExpression Root = Expression.Parameter(typeof(int), "root");

    public static CompiledConditions Compile(Condition[] roots)
    {
        Expression body = Expression.Constant(false);
        if (roots.Length > 0)
        {
            var cases = roots.Select((root, number) => Expression.SwitchCase(Emit(root), Expression.Constant(number)));
            body = Expression.Switch(Root, body, [.. cases]);
        }

        return Expression.Lambda<CompiledConditions>(body, Input, Root).Compile();
    }

    private static Expression Emit(Condition condition) => condition switch
    {
        AllOf all => all.Parts.Select(Emit).DefaultIfEmpty(Expression.Constant(true)).Aggregate(Expression.AndAlso),
        Not not => Expression.Not(Emit(not.Part)),
        AddressCondition address => Negate(
            Expression.Call(Input, nameof(RuleInput.ClientIsIn), null, Expression.Constant(address.Number)), address.Negated),
        EnvelopeCondition envelope => Negate(EmitMatch(envelope), envelope.Negated),
        HeaderCondition header => Negate(
            Expression.Call(
                Input, nameof(RuleInput.HeaderMatches), null, Expression.Constant(header.Slot), Expression.Constant(header.Matcher)),
            header.Negated),
        CertificateCondition certificate => Negate(
            Expression.Call(
                Input, nameof(RuleInput.CertificateMatches), null, Expression.Constant(certificate.Attribute), Expression.Constant(certificate.Matcher)),
            certificate.Negated),
        SizeCondition size => EmitComparison(
            size.Operator, Expression.Property(Input, nameof(RuleInput.MessageSize)), Expression.Constant(size.Value)),
        TlsCondition tls => Negate(Expression.Property(EmitSession(), nameof(SessionFacts.IsTls)), !tls.Expected),
        TlsWrappedCondition tls => Negate(Expression.Property(EmitSession(), nameof(SessionFacts.IsTlsWrapped)), !tls.Expected),
        _ => Expression.Call(Expression.Constant(condition), nameof(Condition.Holds), null, Input),
    };

    private static MemberExpression EmitSession() => Expression.Property(Input, nameof(RuleInput.Session));

    private static MethodCallExpression EmitMatch(EnvelopeCondition envelope)
    {
        var operand = envelope.Operand switch
        {
            EnvelopeOperand.MailFrom => Expression.Property(Input, nameof(RuleInput.ReversePath)),
            EnvelopeOperand.Helo => Expression.Property(EmitSession(), nameof(SessionFacts.Helo)),
            _ => Expression.Property(Input, nameof(RuleInput.Recipient)),
        };
        var matches = envelope.Matcher.GetType().GetMethod(nameof(envelope.Matcher.Matches), [typeof(ReadOnlySpan<char>)])!;
        return Expression.Call(Expression.Constant(envelope.Matcher), matches, Expression.Convert(operand, typeof(ReadOnlySpan<char>)));
    }

    private static BinaryExpression EmitComparison(NumberOperator op, Expression left, Expression right) => op switch
    {
        NumberOperator.Equals => Expression.Equal(left, right),
        NumberOperator.NotEquals => Expression.NotEqual(left, right),
        NumberOperator.LessThan => Expression.LessThan(left, right),
        NumberOperator.GreaterThan => Expression.GreaterThan(left, right),
        NumberOperator.LessThanOrEqual => Expression.LessThanOrEqual(left, right),
        _ => Expression.GreaterThanOrEqual(left, right),
    };

    private static Expression Negate(Expression expression, bool negated) => negated ? Expression.Not(expression) : expression;
}
