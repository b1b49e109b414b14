using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>Every form of a disposition, and when a message is refused as a whole.</summary>
public class DispositionTextTests
{
    private readonly RuleInput _message = TestInput.Message("Subject: hello");
    private readonly RuleInput _notification = TestInput.Message("Subject: hello", mailFrom: "");

    [Fact]
    public void Deliveries_say_where_to_and_for_whom_when_that_is_another()
    {
        Assert.Equal(["relay R"], Dispositions(_message, ["a@x"], Always(Relay("R"))));
        Assert.Equal(["send"], Dispositions(_message, ["a@x"], Always(Send())));
        Assert.Equal(["relay R to n@x", "relay R"], Dispositions(_message, ["a@x", "n@x"], When(Recipient("a@x"), Replace("n@x")), Always(Relay("R"))));
        Assert.Equal(["send to n@y"], Dispositions(_message, ["a@x"], Always(Map(("a@x", ["n@y"])), Send())));
    }

    [Fact]
    public void Parts_are_in_the_order_of_rules() =>
        Assert.Equal(
            ["relay R2, relay R1, drop", "relay R1, bounce 550 5.1.1, relay R2"],
            Dispositions(
                _message,
                ["a@x", "b@x"],
                When(Recipient("b@x"), Relay("R1"), Bounce()),
                Always(Relay("R2")),
                When(Recipient("a@x"), Relay("R1"), Drop)));

    [Fact]
    public void What_happens_twice_to_a_recipient_happens_once()
    {
        Assert.Equal(["relay R"], Dispositions(_message, ["a@x"], Always(Relay("R")), Always(Relay("R"))));
        Assert.Equal(["relay R, relay R"], Dispositions(_message, ["a@x"], Always(Relay("R"), Header("X-A"), Relay("R"))));
        Assert.Equal(["drop"], Dispositions(_message, ["a@x"], Always(Replace("m@x", "n@x"), Drop)));
        Assert.Equal(["bounce 550 5.1.1, bounce 550 5.1.2"], Dispositions(_message, ["a@x"], Always(Bounce(), Bounce("5.1.2"), Bounce())));
    }

    [Fact]
    public void Drops_are_drops_whether_by_action_or_by_failure_policy()
    {
        Assert.Equal(["drop"], Dispositions(_message, ["a@x"], Always(Drop)));
        Assert.Equal(["drop"], Dispositions(_message, ["a@x"], Always(Relay("NONE", ActionFailurePolicy.Drop))));
    }

    [Fact]
    public void Nobodys_recipients_are_refused_or_fail()
    {
        Assert.Equal(["refuse 550 5.7.1"], Dispositions(_message, ["a@x"]));
        Assert.Equal(["relay R", "fail 5.7.1"], Dispositions(_message, ["a@x", "b@x"], When(Recipient("a@x"), Relay("R"))));
        Assert.Equal(
            ["relay R to m@x, fail 5.7.1"],
            Dispositions(_message, ["a@x"], Always(Replace("m@x", "n@x")), When(Recipient("m@x"), Relay("R"))));
        Assert.Equal(["drop", "fail 5.7.1"], Dispositions(_message, ["a@x", "b@x"], When(Recipient("a@x"), Drop)));
        Assert.Equal(["bounce 550 5.1.1", "fail 5.7.1"], Dispositions(_message, ["a@x", "b@x"], When(Recipient("a@x"), Bounce())));
    }

    [Fact]
    public void A_rejection_of_all_is_the_first_ones_reply() =>
        Assert.Equal(
            ["reject 450 4.7.1", "reject 450 4.7.1"],
            Dispositions(_message, ["a@x", "b@x"], When(Recipient("b@x"), Reject("450")), Always(Reject())));

    [Fact]
    public void A_rejection_of_some_is_told_each_with_its_own()
    {
        Assert.Equal(
            ["relay R", "reject 450 4.7.1", "reject 550 5.7.1"],
            Dispositions(_message, ["a@x", "b@x", "c@x"], When(Recipient("a@x"), Relay("R"), Header("X-A")), When(Recipient("b@x"), Reject("450")), When(Recipient("c@x"), Reject())));
        Assert.Equal(["relay R, reject 550 5.7.1"], Dispositions(_message, ["a@x"], Always(Relay("R"), Reject(), Relay("R1"))));
        Assert.Equal(["drop", "reject 550 5.7.1"], Dispositions(_message, ["a@x", "b@x"], When(Recipient("a@x"), Drop), Always(Reject())));
    }

    [Fact]
    public void Where_nothing_else_comes_of_the_message_rejected_and_unserved_recipients_are_refused_with_it() =>
        Assert.Equal(["reject 450 4.7.1", "refuse 450 4.7.1"], Dispositions(_message, ["a@x", "b@x"], When(Recipient("a@x"), Reject("450"))));

    [Fact]
    public void A_notification_is_taken_for_all_of_its_recipients_or_refused()
    {
        Assert.Equal(["refuse 550 5.7.1", "refuse 550 5.7.1"], Dispositions(_notification, ["a@x", "b@x"], When(Recipient("a@x"), Relay("R"))));
        Assert.Equal(
            ["refuse 450 4.7.1", "reject 450 4.7.1"],
            Dispositions(_notification, ["a@x", "b@x"], When(Recipient("a@x"), Relay("R")), When(Recipient("b@x"), Reject("450"))));
        Assert.Equal(["refuse 550 5.7.1"], Dispositions(_notification, ["a@x"], Always(Bounce())));
        Assert.Equal(["relay R", "drop"], Dispositions(_notification, ["a@x", "b@x"], When(Recipient("a@x"), Relay("R")), When(Recipient("b@x"), Drop)));
    }

    [Fact]
    public void A_rejected_recipient_is_not_served_further_and_one_that_is_bounced_is() =>
        Assert.Equal(
            "R[]: b@x; bounced 550 5.1.1: b@x; rejected 550 5.7.1: a@x",
            Outcome(_message, ["a@x", "b@x"], When(Recipient("a@x"), Reject()), When(Recipient("b@x"), Bounce()), Always(Relay("R"))));
}
