using MailManager.Messages.Headers;
using MailManager.Messages.Verdicts;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;
using Found = MailManager.Messages.Verdicts.Verdict;

namespace MailManager.Rules.Tests.RuleSets;

public class VerdictConditionTests
{
    private static readonly Analysis Analysis = new("arn:scanner", "addon.result");

    [Theory]
    [InlineData(RuleVerdictAttribute.Spf, RuleVerdict.Pass)]
    [InlineData(RuleVerdictAttribute.Dkim, RuleVerdict.Fail)]
    [InlineData(RuleVerdictAttribute.Dmarc, RuleVerdict.Gray)]
    [InlineData(RuleVerdictAttribute.Arc, RuleVerdict.ProcessingFailed)]
    public void A_verdict_is_any_of_the_values_or_none(RuleVerdictAttribute attribute, RuleVerdict value)
    {
        var message = With(new MessageVerdicts { Spf = Found.Pass, Dkim = Found.Fail, Dmarc = Found.Gray, Arc = Found.ProcessingFailed });
        RuleVerdict[] others = [.. Enum.GetValues<RuleVerdict>().Where(other => other != value)];
        Assert.True(Applies(message, HasVerdict(attribute, VerdictOperator.Equals, others[0], value)));
        Assert.False(Applies(message, HasVerdict(attribute, VerdictOperator.NotEquals, others[0], value)));
        Assert.False(Applies(message, HasVerdict(attribute, VerdictOperator.Equals, others)));
        Assert.True(Applies(message, HasVerdict(attribute, VerdictOperator.NotEquals, others)));
    }

    [Theory]
    [InlineData(DmarcPolicy.None, RuleDmarcPolicy.None)]
    [InlineData(DmarcPolicy.Quarantine, RuleDmarcPolicy.Quarantine)]
    [InlineData(DmarcPolicy.Reject, RuleDmarcPolicy.Reject)]
    public void A_DMARC_policy_is_any_of_the_values_or_none(DmarcPolicy published, RuleDmarcPolicy value)
    {
        var message = With(new MessageVerdicts { DmarcPolicy = published });
        RuleDmarcPolicy[] others = [.. Enum.GetValues<RuleDmarcPolicy>().Where(other => other != value)];
        Assert.True(Applies(message, new RuleDmarcExpression(VerdictOperator.Equals, [others[0], value])));
        Assert.False(Applies(message, new RuleDmarcExpression(VerdictOperator.NotEquals, [value])));
        Assert.False(Applies(message, new RuleDmarcExpression(VerdictOperator.Equals, [.. others])));
        Assert.True(Applies(message, new RuleDmarcExpression(VerdictOperator.NotEquals, [.. others])));
    }

    [Theory]
    [InlineData(true, "bad", true, Found.Fail)]
    [InlineData(false, "good", false, Found.Pass)]
    [InlineData(false, null, null, null)]
    public void An_add_on_answers_with_a_text_a_truth_value_or_a_verdict(bool isBad, string? text, bool? flag, Found? verdict)
    {
        var message = With(new MessageVerdicts { AddOns = new Dictionary<AddOnField, AddOnResult> { [new("arn:scanner", "addon.result")] = new(text, flag, verdict) } });
        Check(message, isBad);
    }

    [Fact]
    public void Without_an_answer_positive_conditions_are_false_and_negative_ones_true()
    {
        Check(With(MessageVerdicts.None), isBad: false);
        Check(With(new MessageVerdicts { AddOns = new Dictionary<AddOnField, AddOnResult> { [new("arn:scanner", "other")] = new("bad", true, Found.Fail) } }), isBad: false);
    }

    [Fact]
    public void Verdicts_are_of_one_message()
    {
        var input = With(new MessageVerdicts { Spf = Found.Pass });
        var rules = Compile(When(HasVerdict(RuleVerdictAttribute.Spf, VerdictOperator.Equals, RuleVerdict.Pass), Relay("R")));
        var evaluation = new RuleEvaluation();
        rules.Evaluate(input, ["a@x"], evaluation);
        Assert.Single(evaluation.Deliveries);

        input.SetMessage("sender@example.net", default, new HeaderIndex(), 0);

        rules.Evaluate(input, ["a@x"], evaluation);
        Assert.Empty(evaluation.Deliveries);
    }

    private static void Check(RuleInput message, bool isBad)
    {
        Assert.Equal(isBad, Applies(message, new RuleStringExpression(new RuleStringOperand.AddOn(Analysis), StringOperator.Equals, ["bad"])));
        Assert.Equal(!isBad, Applies(message, new RuleStringExpression(new RuleStringOperand.AddOn(Analysis), StringOperator.NotEquals, ["bad"])));
        Assert.Equal(isBad, Applies(message, new RuleBooleanExpression(new RuleBooleanOperand.AddOn(Analysis), BooleanOperator.IsTrue)));
        Assert.Equal(!isBad, Applies(message, new RuleBooleanExpression(new RuleBooleanOperand.AddOn(Analysis), BooleanOperator.IsFalse)));
        Assert.Equal(isBad, Applies(message, new RuleVerdictExpression(new RuleVerdictOperand.AddOn(Analysis), VerdictOperator.Equals, [RuleVerdict.Fail])));
        Assert.Equal(!isBad, Applies(message, new RuleVerdictExpression(new RuleVerdictOperand.AddOn(Analysis), VerdictOperator.NotEquals, [RuleVerdict.Fail])));
    }

    private static RuleInput With(MessageVerdicts verdicts) => TestInput.Message(verdicts: verdicts);
}
