using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>What AddHeader, SetHeader and RemoveHeader come to.</summary>
public class HeaderEditTests
{
    private readonly RuleInput _message = TestInput.Message("Subject: hello");

    [Fact]
    public void Set_takes_away_all_fields_of_the_name_and_adds_one() =>
        Assert.Equal("R[X-B,X-A,-x-a]: a@x", Outcome(_message, ["a@x"], Always(Header("X-A"), Header("X-B"), Set("x-a", "1"), Relay("R"))).Replace("x-a,-", "X-A,-", StringComparison.Ordinal));

    [Fact]
    public void Remove_takes_away_what_was_there_and_not_what_comes_later() =>
        Assert.Equal("R[X-B,X-A,-X-A]: a@x", Outcome(_message, ["a@x"], Always(Header("X-A"), Header("X-B"), Remove("x-A"), Header("X-A"), Relay("R"))).Replace("-x-A", "-X-A", StringComparison.Ordinal));

    [Fact]
    public void The_last_of_several_counts()
    {
        Assert.Equal("R[X-A,-X-A]: a@x", Outcome(_message, ["a@x"], Always(Set("X-A", "1"), Set("X-A", "2"), Relay("R"))));
        Assert.Equal("R[-X-A]: a@x", Outcome(_message, ["a@x"], Always(Set("X-A"), Remove("X-A"), Relay("R"))));
        var evaluation = new RuleEvaluation();
        CompiledRuleSet.Compile(RuleSet(Always(Set("X-A", "1"), Set("X-A", "2"), Relay("R"))), World).Value!.Evaluate(_message, ["a@x"], evaluation);
        Assert.Equal("2", Assert.Single(evaluation.Deliveries[0].Headers).Value);
    }

    [Fact]
    public void Changes_go_with_later_deliveries_only() =>
        Assert.Equal("R1[]: a@x; R2[-Subject]: a@x", Outcome(_message, ["a@x"], Always(Relay("R1"), Remove("Subject")), Always(Relay("R2"))));

    [Fact]
    public void Recipients_with_equal_changes_share_a_delivery() =>
        Assert.Equal("R[-Subject]: a@x b@x", Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), Remove("Subject")), When(Recipient("b@x"), Remove("Subject")), Always(Relay("R"))));

    [Theory]
    [InlineData("Subject")]
    [InlineData("x")]
    [InlineData("List-Id")]
    [InlineData("X-!#$%&'*+-^_`|~")]
    public void Any_field_name_may_be_added_set_and_removed(string name) =>
        Assert.Empty(CompiledRuleSet.Compile(RuleSet(Always(Header(name), Set(name), Remove(name))), World).Errors);

    [Theory]
    [InlineData("Received", "transport")]
    [InlineData("RETURN-PATH", "transport")]
    [InlineData("bcc", "transport")]
    [InlineData("Resent-Bcc", "transport")]
    [InlineData("Mime-Version", "MIME")]
    [InlineData("Content-Type", "MIME")]
    [InlineData("content-whatever", "MIME")]
    [InlineData("", "field name")]
    [InlineData("A:", "field name")]
    [InlineData("A\r\nB", "field name")]
    [InlineData("A\tB", "field name")]
    [InlineData("X-0123456789012345678901234567890123456789012345678901234567890123", "field name")]
    public void Fields_of_transport_and_structure_are_not_changed(string name, string reason)
    {
        var errors = CompiledRuleSet.Compile(RuleSet(Always(Header(name), Set(name), Remove(name))), World).Errors;
        Assert.Equal([0, 1, 2], errors.Select((error, i) => error.Path == $"Rules[0].Actions[{i}].HeaderName" && error.Reason.Contains(reason, StringComparison.Ordinal) ? i : -1));
    }
}
