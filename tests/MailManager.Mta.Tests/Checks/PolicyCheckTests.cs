using MailManager.Mta.Checks;
using MailManager.Resources;
using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;
using static MailManager.Mta.Tests.Checks.Lint;

namespace MailManager.Mta.Tests.Checks;

public class PolicyCheckTests
{
    private static readonly PolicyStatement AllowOurs = Allow(To(StringOperator.EndsWith, "@example.com"));

    [Fact]
    public void A_statement_whose_conditions_exclude_each_other_never_holds()
    {
        var never = Allow(To(StringOperator.EndsWith, "@example.com"), To(StringOperator.Equals, "a@example.net"));

        Assert.Equal(["TrafficPolicies[0].PolicyStatements[0]"], Paths(FindingKind.StatementNeverHolds, With(AcceptAction.Deny, never, AllowOurs)));
        Assert.Empty(Found(AcceptAction.Deny, Allow(To(StringOperator.EndsWith, "@example.com"), To(StringOperator.NotEquals, "a@example.net"))));
    }

    [Fact]
    public void A_statement_that_another_covers_changes_nothing()
    {
        Assert.Equal(["TrafficPolicies[0].PolicyStatements[0]"], Found(AcceptAction.Deny, Allow(To(StringOperator.Equals, "a@example.com")), AllowOurs));
        Assert.Equal(["TrafficPolicies[0].PolicyStatements[1]"], Found(AcceptAction.Deny, AllowOurs, AllowOurs));
        Assert.Equal(["TrafficPolicies[0].PolicyStatements[0]"], Found(AcceptAction.Allow, Deny(FromAddress("192.0.2.0/25")), Deny(FromAddress("192.0.2.0/24"))));
        Assert.Empty(Found(AcceptAction.Deny, Allow(To(StringOperator.StartsWith, "a")), AllowOurs));
        Assert.Empty(Found(AcceptAction.Allow, Deny(FromAddress("192.0.2.0/25")), Deny(FromAddress("192.0.2.128/25"))));
    }

    [Fact]
    public void A_denial_that_covers_an_allowance_leaves_nothing_of_it()
    {
        Assert.Equal(
            ["TrafficPolicies[0].PolicyStatements[0]"],
            Found(AcceptAction.Deny, Allow(FromAddress("192.0.2.0/25")), Deny(FromAddress("192.0.2.0/24")), AllowOurs));
        Assert.Empty(Found(AcceptAction.Deny, Allow(FromAddress("192.0.2.0/24")), Deny(FromAddress("192.0.2.0/25")), AllowOurs));
    }

    [Fact]
    public void An_allowance_where_all_is_allowed_changes_nothing() =>
        Assert.Equal(["TrafficPolicies[0].PolicyStatements[1]"], Found(AcceptAction.Allow, Deny(FromAddress("192.0.2.0/24")), AllowOurs));

    [Fact]
    public void A_denial_of_what_is_not_allowed_changes_nothing_but_the_reply()
    {
        var deny = Deny(To(StringOperator.EndsWith, "@example.net"));

        Assert.Equal(["TrafficPolicies[0].PolicyStatements[0]"], Found(AcceptAction.Deny, deny, AllowOurs));
        Assert.Empty(Found(AcceptAction.Deny, deny with { ReplyText = "we have moved" }, AllowOurs));
    }

    [Fact]
    public void A_later_denial_that_covers_this_one_gives_another_reply()
    {
        var (narrow, wide) = (Deny(FromAddress("192.0.2.0/25")), Deny(FromAddress("192.0.2.0/24")));

        Assert.Empty(Found(AcceptAction.Allow, narrow with { ReplyText = "you too" }, wide));
        Assert.Empty(Found(AcceptAction.Allow, narrow, wide with { ReplyText = "go away" }));
        Assert.Equal(["TrafficPolicies[0].PolicyStatements[1]"], Found(AcceptAction.Allow, wide with { ReplyText = "go away" }, narrow with { ReplyText = "you too" }));
    }

    [Fact]
    public void Several_statements_together_can_cover_one()
    {
        var finding = Assert.Single(
            Findings(With(AcceptAction.Allow, Deny(FromAddress("192.0.2.0/25")), Deny(FromAddress("192.0.2.128/25")), Deny(FromAddress("192.0.2.0/24")))));

        // The last one alone would do as well, but then two are not needed; the later one is named.
        Assert.Equal("TrafficPolicies[0].PolicyStatements[2]", finding.Path);
        Assert.Contains("the other statements", finding.Message);
    }

    private static string[] Found(AcceptAction byDefault, params PolicyStatement[] statements) => Paths(FindingKind.StatementChangesNothing, With(byDefault, statements));

    private static ResourceSet With(AcceptAction byDefault, params PolicyStatement[] statements) => Setup(Rule(Relay)).With(Policy(byDefault, statements));
}
