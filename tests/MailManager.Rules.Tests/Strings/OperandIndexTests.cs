using CsCheck;
using MailManager.Resources.Expressions;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Tests.Strings;

public class OperandIndexTests
{
    [Fact]
    public void A_scan_finds_exactly_the_conditions_that_hold()
    {
        var condition = Gen.Select(Texts.Operator, Texts.AnyValue.Array[1, 5]);
        Gen.Select(condition.Array[1, 150], Texts.Text.Array[1, 3]).Sample(
            (conditions, texts) =>
            {
                var index = Build(conditions);
                var holds = new ulong[(conditions.Length + 63) / 64];
                foreach (var text in texts)
                {
                    index.Scan(text, holds);
                }

                for (var i = 0; i < conditions.Length; i++)
                {
                    var (op, values) = conditions[i];
                    Assert.Equal(texts.Any(text => values.Any(value => Texts.Hits(op, value, text))), IsSet(holds, i));
                }
            },
            iter: 2_000);
    }

    [Fact]
    public void Values_inside_of_values_are_found()
    {
        string[] values = ["a", "abc", "bc", "c", "xabcx", "cd", "abcd", "bcde"];
        var index = Build([.. values.Select(value => (StringOperator.Contains, new[] { value }))]);
        var holds = new ulong[1];
        index.Scan("..ABCD", holds);
        Assert.Equal(["a", "abc", "bc", "c", "cd", "abcd"], values.Where((_, i) => IsSet(holds, i)));
    }

    [Fact]
    public void Negative_operators_stand_for_their_positive_form()
    {
        var holds = new ulong[1];
        Build([(StringOperator.NotEquals, ["b", "a"]), (StringOperator.NotEquals, ["b"])]).Scan("A", holds);
        Assert.Equal(1ul, holds[0]);
    }

    [Fact]
    public void A_value_that_is_many_conditions_sets_the_bits_of_all()
    {
        var holds = new ulong[4];
        Build([.. Enumerable.Repeat((StringOperator.Contains, new[] { "order", "ORDER" }), 200)]).Scan("my order", holds);
        Assert.Equal([ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 255], holds);
    }

    [Fact]
    public void Regular_expressions_are_not_for_it()
    {
        Assert.False(OperandIndexBuilder.Supports(StringOperator.Matches));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OperandIndexBuilder().Add(StringOperator.NotMatches, ["a"]));
    }

    [Fact]
    public void A_scan_allocates_nothing()
    {
        var index = Build([.. Enumerable.Range(0, 400).Select(i => ((StringOperator)(i % 5), new[] { $"value{i}", $"{i}" }))]);
        var holds = new ulong[7];
        for (var i = 0; i < 200; i++)
        {
            index.Scan("a value7 of 17", holds);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        index.Scan("a value7 of 17", holds);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static OperandIndex Build((StringOperator Op, string[] Values)[] conditions)
    {
        var builder = new OperandIndexBuilder();
        for (var i = 0; i < conditions.Length; i++)
        {
            Assert.Equal(i, builder.Add(conditions[i].Op, [.. conditions[i].Values]));
        }

        return builder.Build();
    }

    private static bool IsSet(ulong[] bits, int number) => (bits[number >> 6] & (1UL << number)) != 0;
}
