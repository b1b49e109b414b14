using System.Collections.Immutable;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Replies;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>What Reject and Bounce say, and what they must not.</summary>
public class NoticeTests
{
    private readonly RuleInput _message = TestInput.Message("Subject: hello");

    [Fact]
    public void Equal_bounces_are_one_and_different_ones_are_several()
    {
        Assert.Equal(
            "bounced 550 5.1.1: a@x b@x; bounced 550 5.1.2: c@x",
            Outcome(_message, ["a@x", "b@x", "c@x"], When(Recipient("a@x"), Bounce()), When(Recipient("b@x"), Bounce()), When(Recipient("c@x"), Bounce("5.1.2"))));
        var evaluation = new RuleEvaluation();
        var bounce = new RuleAction.Bounce("role", "help@x", "4.2.2", "452", "full", "Try again.", null);
        CompiledRuleSet.Compile(RuleSet(Always(bounce)), World).Value!.Evaluate(_message, ["a@x"], evaluation);
        Assert.Equal(
            new FailureNotice(452, new EnhancedStatus(4, 2, 2), "full") { Sender = "help@x", Message = "Try again." },
            Assert.Single(evaluation.Bounces).Notice);
    }

    [Theory]
    [InlineData("650", "5.7.1", "no", "SmtpReplyCode")]
    [InlineData("250", "5.7.1", "no", "SmtpReplyCode")]
    [InlineData("55", "5.7.1", "no", "SmtpReplyCode")]
    [InlineData("421", "4.7.1", "no", "SmtpReplyCode")]
    [InlineData("550", "2.0.0", "no", "StatusCode")]
    [InlineData("550", "5.7", "no", "StatusCode")]
    [InlineData("550", "5.7.1000", "no", "StatusCode")]
    [InlineData("550", "5.7.+1", "no", "StatusCode")]
    [InlineData("550", "4.7.1", "no", "StatusCode")]
    [InlineData("450", "5.7.1", "no", "StatusCode")]
    [InlineData("550", "5.7.1", "", "Message")]
    [InlineData("550", "5.7.1", "no\r\n250 ok", "Message")]
    [InlineData("550", "5.7.1", "nö", "Message")]
    public void Replies_that_SMTP_does_not_know_are_refused(string code, string status, string message, string member) =>
        Assert.Equal($"Rules[0].Actions[0].{member}", Assert.Single(Errors(Reject(code, status, message))).Path);

    [Fact]
    public void A_bounce_that_cannot_be_written_is_refused_with_all_reasons() =>
        Assert.Equal(
            ["SmtpReplyCode", "StatusCode", "DiagnosticMessage", "Sender", "Message"],
            Errors(new RuleAction.Bounce("role", "a@x>\r\nBcc: <b@x", "6.0.0", "600", "\u0085", "\0", null)).Select(error => error.Path["Rules[0].Actions[0].".Length..]));

    [Fact]
    public void A_bounce_may_mix_classes_as_the_API_allows() =>
        Assert.Empty(Errors(new RuleAction.Bounce("role", "a@x", "4.2.2", "550", "no", "one\r\ntwo", null)));

    private static ImmutableArray<CompileError> Errors(RuleAction action) => CompiledRuleSet.Compile(RuleSet(Always(action)), World).Errors;
}
