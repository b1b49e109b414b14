using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>String operands beyond the API's.</summary>
public class OperandTests
{
    [Theory]
    [InlineData("user@Example.net", StringOperator.Equals, "example.net", true)]
    [InlineData("\"a@b\"@example.net", StringOperator.Equals, "example.net", true)]
    [InlineData("user@example.net", StringOperator.Contains, "user", false)]
    [InlineData("", StringOperator.NotEquals, "example.net", true)]
    [InlineData("", StringOperator.Matches, "^$", true)]
    [InlineData("postmaster", StringOperator.Equals, "postmaster", false)]
    public void The_domain_of_the_sender_follows_the_last_at_sign(string mailFrom, StringOperator op, string value, bool expected) =>
        Assert.Equal(expected, Applies(TestInput.Message(mailFrom: mailFrom), String(RuleStringEmailAttribute.MailFromDomain, op, value)));

    [Fact]
    public void The_domain_of_the_recipient_is_each_recipients_own() =>
        Assert.Equal(
            "R[]: a@x b@x; uncovered: a@y postmaster",
            Outcome(TestInput.Message(), ["a@x", "a@y", "b@x", "postmaster"], When(String(RuleStringEmailAttribute.RecipientDomain, StringOperator.Equals, "X"), Relay("R"))));

    [Theory]
    [InlineData("From: \"a@other\" <boss@example.net>", "example.net", true)]
    [InlineData("From: \"a@other\" <boss@example.net>", "other", false)]
    [InlineData("From: a@one.example, b@two.example", "two.example", true)]
    [InlineData("From: a@one.example\nFrom: b@two.example", "two.example", true)]
    [InlineData("From: nobody", "nobody", false)]
    [InlineData("Subject: x", "x", false)]
    public void The_domains_of_From_are_those_of_its_addresses(string header, string value, bool expected) =>
        Assert.Equal(expected, Applies(TestInput.Message(header), String(RuleStringEmailAttribute.FromDomain, StringOperator.Equals, value)));

    [Theory]
    [InlineData("Message-ID: <1@example.net>", "1@example.net", true)]
    [InlineData("message-id:\n <1@example.net>", "1@example.net", true)]
    [InlineData("Message-ID: 1@example.net", "1@example.net", true)]
    [InlineData("Message-ID: <1@example.net>", "<1@example.net>", false)]
    [InlineData("Message-ID: <", "<", true)]
    [InlineData("Message-ID: <>", "x", false)]
    public void The_message_id_stands_without_angle_brackets(string header, string value, bool expected) =>
        Assert.Equal(expected, Applies(TestInput.Message(header), String(RuleStringEmailAttribute.MessageId, StringOperator.Equals, value)));

    [Fact]
    public void Any_header_can_be_asked_for_by_its_name()
    {
        var message = TestInput.Message("List-Id: News <news.example.net>\nReceived: from a\nReceived: from b\nFrom: Boss <boss@example.net>");
        Assert.True(Applies(message, XHeader("LIST-ID", StringOperator.Contains, "news.")));
        Assert.True(Applies(message, XHeader("Received", StringOperator.Equals, "from b")));
        Assert.False(Applies(message, XHeader("Reply-To", StringOperator.Contains, "@")));
    }

    /// <summary>The same field by two names is read in two forms.</summary>
    [Fact]
    public void A_header_asked_for_by_name_is_its_whole_text()
    {
        var message = TestInput.Message("From: Boss <boss@example.net>");
        var byName = XHeader("From", StringOperator.Equals, "boss@example.net");
        var byAttribute = String(RuleStringEmailAttribute.From, StringOperator.Equals, "boss@example.net");
        Assert.False(Applies(message, byName));
        Assert.True(Applies(message, byAttribute, Not(byName)));
        Assert.True(Applies(message, Not(byName), byAttribute));
    }

    [Theory]
    [InlineData("mail.example.net", StringOperator.EndsWith, ".example.net", true)]
    [InlineData(null, StringOperator.EndsWith, ".example.net", false)]
    [InlineData(null, StringOperator.NotEquals, "mail.example.net", true)]
    [InlineData(null, StringOperator.Matches, "^$", true)]
    public void The_reverse_name_is_empty_where_there_is_none(string? name, StringOperator op, string value, bool expected) =>
        Assert.Equal(
            expected,
            Applies(TestInput.Message(session: TestInput.Session(reverseName: name)), String(RuleStringEmailAttribute.ReverseDns, op, value)));

    [Theory]
    [InlineData(StringOperator.Matches, "^order [0-9]+$", true)]
    [InlineData(StringOperator.Matches, "ORDER", true)]
    [InlineData(StringOperator.Matches, "^order$", false)]
    [InlineData(StringOperator.NotMatches, "^order [0-9]+$", false)]
    [InlineData(StringOperator.NotMatches, "^order$", true)]
    public void Regular_expressions_are_found_anywhere_unless_anchored(StringOperator op, string pattern, bool expected)
    {
        var message = TestInput.Message("Subject: Order 4711");
        Assert.Equal(expected, Applies(message, String(RuleStringEmailAttribute.Subject, op, "nothing like it", pattern)));
    }

    /// <summary>Few comparisons of an operand are made one by one, many in one scan: every operator, both ways.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void Many_rules_on_one_operand_decide_as_one_does(int copies)
    {
        (StringOperator Operator, string Value, bool Expected)[] cases =
        [
            (StringOperator.Equals, "one two", true), (StringOperator.Equals, "one", false),
            (StringOperator.NotEquals, "one two", false), (StringOperator.NotEquals, "one", true),
            (StringOperator.StartsWith, "ONE", true), (StringOperator.StartsWith, "two", false),
            (StringOperator.EndsWith, "Two", true), (StringOperator.EndsWith, "one", false),
            (StringOperator.Contains, "e t", true), (StringOperator.Contains, "et", false),
            (StringOperator.Matches, "^one.two$", true), (StringOperator.NotMatches, "^one.two$", false),
        ];
        var message = TestInput.Message("X-A: other\nX-A: one two");
        Assert.All(cases, test => Assert.Equal(
            test.Expected, Applies(message, [.. Enumerable.Repeat(XHeader("X-A", test.Operator, "nothing", test.Value), copies)])));
        Assert.All(cases, test => Assert.Equal(
            test.Expected ? "dropped: one two" : "uncovered: one two",
            Outcome(message, ["one two"], [.. Enumerable.Repeat(When(String(RuleStringEmailAttribute.Recipient, test.Operator, "nothing", test.Value), Drop), copies)])));
    }
}
