using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>AllOf, AnyOf and Not wherever a condition stands.</summary>
public class CombinationTests
{
    private static readonly RuleCondition Yes = Flag(RuleBooleanEmailAttribute.Tls, expected: false);
    private static readonly RuleCondition No = Flag(RuleBooleanEmailAttribute.Tls);

    private readonly RuleInput _message = TestInput.Message("Subject: hello");

    [Fact]
    public void All_any_and_not_combine_as_they_say()
    {
        Assert.True(Applies(_message, All(Yes, Yes)));
        Assert.False(Applies(_message, All(Yes, No)));
        Assert.True(Applies(_message, Any(No, Yes)));
        Assert.False(Applies(_message, Any(No, No)));
        Assert.True(Applies(_message, Not(No)));
        Assert.False(Applies(_message, Not(Yes)));
    }

    [Fact]
    public void They_nest_at_any_depth()
    {
        var condition = Yes;
        for (var depth = 0; depth < 8; depth++)
        {
            condition = Not(All(Yes, Any(No, condition)));
            Assert.Equal(depth % 2 == 1, Applies(_message, condition));
        }
    }

    [Fact]
    public void An_exception_may_be_a_combination() =>
        Assert.Equal(
            "R[]: a@x c@x; uncovered: b@x",
            Outcome(_message, ["a@x", "b@x", "c@x"], new Rule { Unless = [All(Yes, Any(No, Recipient("b@x")))], Actions = [Relay("R")] }));

    [Fact]
    public void What_is_the_same_for_all_recipients_combines_with_what_is_not() =>
        Assert.Equal(
            "R[]: a@x; uncovered: b@x",
            Outcome(
                _message,
                ["a@x", "b@x"],
                When(
                    Any(
                        All(Recipient("a@x"), String(RuleStringEmailAttribute.Subject, StringOperator.Contains, "ell")),
                        All(Recipient("b@x"), String(RuleStringEmailAttribute.Subject, StringOperator.Contains, "xxx"))),
                    Relay("R"))));
}
