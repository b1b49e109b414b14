using MailManager.Mta.Tests.Hosting;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Tests.Intake;

/// <summary>Rules that ask for what only the gateway can show, and what is written down of decisions.</summary>
public class DecisionTests
{
    private const string Message = "Subject: x\r\n\r\nbody\r\n.\r\n";

    private static readonly RuleAction Relay = new RuleAction.Relay("inside", null, null);

    [Fact]
    public async Task An_accepted_message_is_logged_with_the_rules_and_statements_that_decided()
    {
        using var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(
            ruleSet:
            [
                new Rule { Name = "never", Conditions = [Recipient("nobody@example.com")], Actions = [Relay] },
                new Rule { Name = "shadow", Shadow = true, Actions = [new RuleAction.Drop()] },
                new Rule { Id = "first-id", Name = "first", Conditions = [Recipient("c@example.com")], Actions = [Relay] },
                new Rule { Actions = [Relay] },
            ],
            policy:
            [
                new PolicyStatement(AcceptAction.Deny, [Recipient(StringOperator.Equals, "denied@example.com")]),
                new PolicyStatement(AcceptAction.Allow, [Recipient(StringOperator.StartsWith, "c@")]),
            ],
            loggers: events);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com", "d@example.com", "e@example.com"), StringComparison.Ordinal);

        Assert.Contains(" rules=first-id,Rules[3],(shadow) statements=1,default session=", Assert.Single(events.Texts(2001)), StringComparison.Ordinal);
        await gateway.Inside.WaitForMessagesAsync(1);
    }

    [Fact]
    public async Task Alternatives_that_held_are_logged_with_their_rule_and_statement()
    {
        using var events = new EventRecorder();
        await using var gateway = await Gateway.StartAsync(
            ruleSet: [new Rule { Conditions = [new RuleAnyOf([Recipient("nobody@example.com"), Recipient("c@example.com")])], Actions = [Relay] }],
            policy:
            [
                new PolicyStatement(AcceptAction.Deny, [new PolicyAnyOf([Recipient(StringOperator.Equals, "x@example.com"), Recipient(StringOperator.StartsWith, "denied")])]),
                new PolicyStatement(AcceptAction.Allow, [new PolicyAnyOf([Recipient(StringOperator.StartsWith, "c@"), Recipient(StringOperator.EndsWith, "example.com")])]),
            ],
            loggers: events);

        Assert.StartsWith("550", await gateway.SendAsync(Message, "a@b.example", "denied@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com"), StringComparison.Ordinal);

        Assert.Contains(", Deny by statement 0 (Conditions[0].AnyOf[1]), session=", Assert.Single(events.Texts(2011)), StringComparison.Ordinal);
        Assert.Contains(
            " rules=Rules[0](Conditions[0].AnyOf[1]) statements=1(Conditions[0].AnyOf[0]+Conditions[0].AnyOf[1]) session=",
            Assert.Single(events.Texts(2001)),
            StringComparison.Ordinal);
        await gateway.Inside.WaitForMessagesAsync(1);
    }

    /// <summary>A small message is in memory, a large one in a file.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task Attachments_are_found_in_messages_of_any_size(int lines)
    {
        await using var gateway = await Gateway.StartAsync(ruleSet:
        [
            new Rule
            {
                Conditions = [new RuleStringExpression(new RuleStringOperand.Attribute(RuleStringEmailAttribute.AttachmentName), StringOperator.EndsWith, [".exe"])],
                Actions = [new RuleAction.Reject("550", "5.7.1", "No programs")],
            },
            new Rule { Actions = [Relay] },
        ]);
        var body = string.Concat(Enumerable.Repeat("a line of text\r\n", lines));

        Assert.StartsWith("550 5.7.1 No programs", await gateway.SendAsync(WithAttachment("run.EXE", body), "a@b.example", "c@example.com"), StringComparison.Ordinal);
        Assert.StartsWith("250", await gateway.SendAsync(WithAttachment("read.txt", body), "a@b.example", "c@example.com"), StringComparison.Ordinal);
        Assert.Contains("read.txt", System.Text.Encoding.ASCII.GetString((await gateway.Inside.WaitForMessagesAsync(1)).Single().Data), StringComparison.Ordinal);
    }

    private static string WithAttachment(string name, string body) =>
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + body
        + $"\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename={name}\r\n\r\nxyz\r\n--b--\r\n.\r\n";

    private static RuleStringExpression Recipient(string value) =>
        new(new RuleStringOperand.Attribute(RuleStringEmailAttribute.Recipient), StringOperator.Equals, [value]);

    private static PolicyStringExpression Recipient(StringOperator op, string value) =>
        new(new PolicyStringOperand.Attribute(PolicyStringAttribute.Recipient), op, [value]);
}
