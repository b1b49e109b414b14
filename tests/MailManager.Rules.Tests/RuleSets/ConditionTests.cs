using System.Security.Authentication;
using CsCheck;
using MailManager.Messages.Headers;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Operands;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

public class ConditionTests
{
    private const string Header =
        "From: \"Boss\" <boss@example.net>\nTo: a@example.com,\n B <b@example.com>\nCc: c@example.com\nSender: list@example.net\nSubject: =?utf-8?b?R3LDvMOfZQ==?= aus Ulm\nX-Tag: one\nX-Tag: two\n words";

    private readonly RuleInput _message = TestInput.Message(Header);

    [Fact]
    public void All_conditions_must_hold()
    {
        var yes = String(RuleStringEmailAttribute.MailFrom, StringOperator.EndsWith, "@example.net");
        var no = String(RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "x@x");
        Assert.True(Applies(_message, yes, yes));
        Assert.False(Applies(_message, yes, no));
        Assert.True(Applies(_message));
    }

    [Fact]
    public void Any_exception_that_holds_keeps_the_rule_from_applying()
    {
        var yes = Recipient("a@x", "b@x");
        var rule = new Rule { Unless = [Recipient("b@x"), Recipient("c@x")], Actions = [Relay("R")] };
        Assert.Equal("R[]: a@x; uncovered: b@x c@x", Outcome(_message, ["a@x", "b@x", "c@x"], rule));
        Assert.Equal("R[]: a@x; uncovered: b@x c@x", Outcome(_message, ["a@x", "b@x", "c@x"], rule with { Conditions = [yes] }));
        var forAll = new Rule { Unless = [Flag(RuleBooleanEmailAttribute.Tls), Flag(RuleBooleanEmailAttribute.Tls, false)], Actions = [Relay("R")] };
        Assert.Equal("uncovered: a@x", Outcome(_message, ["a@x"], forAll));
    }

    [Theory]
    [InlineData(RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "SENDER@example.net", true)]
    [InlineData(RuleStringEmailAttribute.Helo, StringOperator.Equals, "client.example", true)]
    [InlineData(RuleStringEmailAttribute.Recipient, StringOperator.StartsWith, "user@", true)]
    [InlineData(RuleStringEmailAttribute.From, StringOperator.Equals, "boss@example.net", true)]
    [InlineData(RuleStringEmailAttribute.From, StringOperator.Contains, "\"Boss\"", true)]
    [InlineData(RuleStringEmailAttribute.From, StringOperator.Equals, "\"boss\" <boss@example.net>", true)]
    [InlineData(RuleStringEmailAttribute.From, StringOperator.NotEquals, "boss@example.net", false)]
    [InlineData(RuleStringEmailAttribute.To, StringOperator.Equals, "b@example.com", true)]
    [InlineData(RuleStringEmailAttribute.To, StringOperator.NotEquals, "b@example.com", false)]
    [InlineData(RuleStringEmailAttribute.To, StringOperator.NotEquals, "c@example.com", true)]
    [InlineData(RuleStringEmailAttribute.Cc, StringOperator.EndsWith, "@example.com", true)]
    [InlineData(RuleStringEmailAttribute.Sender, StringOperator.StartsWith, "list@", true)]
    [InlineData(RuleStringEmailAttribute.Subject, StringOperator.Equals, "Grüße aus Ulm", true)]
    [InlineData(RuleStringEmailAttribute.Subject, StringOperator.Contains, "R3L", false)]
    public void Operands_are_read_where_the_API_says(RuleStringEmailAttribute attribute, StringOperator op, string value, bool expected) =>
        Assert.Equal(expected, Applies(_message, String(attribute, op, value)));

    [Theory]
    [InlineData(StringOperator.Equals, "one", true)]
    [InlineData(StringOperator.Equals, "two words", true)]
    [InlineData(StringOperator.Equals, "one two words", false)]
    [InlineData(StringOperator.NotEquals, "one", false)]
    [InlineData(StringOperator.NotEquals, "three", true)]
    public void Each_occurrence_of_a_header_is_compared(StringOperator op, string value, bool expected) =>
        Assert.Equal(expected, Applies(_message, XHeader("x-tag", op, value)));

    [Theory]
    [InlineData(StringOperator.Equals, false)]
    [InlineData(StringOperator.StartsWith, false)]
    [InlineData(StringOperator.EndsWith, false)]
    [InlineData(StringOperator.Contains, false)]
    [InlineData(StringOperator.NotEquals, true)]
    public void A_missing_header_matches_nothing(StringOperator op, bool expected)
    {
        Assert.Equal(expected, Applies(TestInput.Message("X-Other: x"), XHeader("X-Tag", op, "x")));
        Assert.Equal(expected, Applies(TestInput.Message("X-Other: x"), String(RuleStringEmailAttribute.Subject, op, "x")));
    }

    [Theory]
    [InlineData("Subject: =?utf-8?q?broken", "=?utf-8?q?broken")]
    [InlineData("Subject: =?no-such-charset?q?abc?=", "abc")]
    [InlineData("Subject: =?iso-8859-1?q?Gr=FC=DFe?=", "Grüße")]
    [InlineData("Subject: =?utf-8?q?a?=\n =?utf-8?q?b?=", "ab")]
    [InlineData("Subject: raw Grüße", "raw Grüße")]
    public void Encoded_words_are_decoded_where_they_can_be(string header, string expected) =>
        Assert.True(Applies(TestInput.Message(header), String(RuleStringEmailAttribute.Subject, StringOperator.Contains, expected)));

    [Fact]
    public void Any_octets_in_a_header_are_compared_without_a_fault()
    {
        var ruleSet = CompiledRuleSet.Compile(RuleSet(new Rule
        {
            Conditions = [String(RuleStringEmailAttribute.Subject, StringOperator.NotEquals, "x"), String(RuleStringEmailAttribute.From, StringOperator.NotEquals, "x")],
            Actions = [Relay("R")],
        }), World).Value!;
        Gen.Char["=?utf-8BQ?=_iso ;,<>@\"\\\u0001é\n"].Array[0, 60].Sample(characters =>
        {
            var text = new string(characters).Replace("\n", "\n ", StringComparison.Ordinal);
            var evaluation = new RuleEvaluation();
            ruleSet.Evaluate(TestInput.Message($"Subject: x{text}\nFrom: x{text}@"), ["a@x"], evaluation);
            return evaluation.Deliveries.Count == 1 || text.Trim().Length == 0;
        });
    }

    [Fact]
    public void Encoded_words_beyond_the_bound_stay_encoded()
    {
        var word = "=?utf-8?q?a?=";
        var subject = String(RuleStringEmailAttribute.Subject, StringOperator.StartsWith, word);
        Assert.False(Applies(TestInput.Message("Subject: " + word), subject));
        Assert.True(Applies(TestInput.Message("Subject: " + word + new string('b', EncodedWords.MaxLength)), subject));
    }

    [Theory]
    [InlineData("Disposition-Notification-To: a@x", true)]
    [InlineData("return-receipt-to: a@x", true)]
    [InlineData("Subject: x", false)]
    public void A_read_receipt_is_requested_by_either_header(string header, bool expected)
    {
        Assert.Equal(expected, Applies(TestInput.Message(header), Flag(RuleBooleanEmailAttribute.ReadReceiptRequested)));
        Assert.Equal(!expected, Applies(TestInput.Message(header), Flag(RuleBooleanEmailAttribute.ReadReceiptRequested, false)));
    }

    [Theory]
    [InlineData(SslProtocols.None, false, false, false)]
    [InlineData(SslProtocols.Tls13, false, true, false)]
    [InlineData(SslProtocols.Tls13, true, true, true)]
    public void TLS_is_encryption_and_TLS_WRAPPED_from_the_first_octet(SslProtocols tls, bool wrapped, bool isTls, bool isWrapped)
    {
        var message = TestInput.Message(session: TestInput.Session(tls: tls, wrapped: wrapped));
        Assert.Equal(isTls, Applies(message, Flag(RuleBooleanEmailAttribute.Tls)));
        Assert.Equal(isWrapped, Applies(message, Flag(RuleBooleanEmailAttribute.TlsWrapped)));
        Assert.Equal(!isWrapped, Applies(message, Flag(RuleBooleanEmailAttribute.TlsWrapped, false)));
    }

    [Theory]
    [InlineData(NumberOperator.Equals, false, true, false)]
    [InlineData(NumberOperator.NotEquals, true, false, true)]
    [InlineData(NumberOperator.LessThan, true, false, false)]
    [InlineData(NumberOperator.LessThanOrEqual, true, true, false)]
    [InlineData(NumberOperator.GreaterThan, false, false, true)]
    [InlineData(NumberOperator.GreaterThanOrEqual, false, true, true)]
    public void Size_is_that_of_the_whole_message(NumberOperator op, bool smaller, bool same, bool larger) =>
        Assert.Equal(
            [smaller, same, larger],
            new long[] { 999_999, 1_000_000, 1_000_001 }.Select(size => Applies(TestInput.Message(size: size), new RuleNumberExpression(RuleNumberEmailAttribute.MessageSize, op, 1_000_000))));

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("198.51.100.1", false)]
    [InlineData("2001:db8::1", true)]
    [InlineData("2001:db9::1", false)]
    public void The_source_address_is_of_either_family(string client, bool expected)
    {
        var message = TestInput.Message(session: TestInput.Session(client));
        Assert.Equal(expected, Applies(message, Ip(IpOperator.CidrMatches, "192.0.2.0/24", "2001:db8::/32")));
        Assert.Equal(!expected, Applies(message, Ip(IpOperator.NotCidrMatches, "192.0.2.0/24", "2001:db8::/32")));
    }

    [Fact]
    public void The_next_message_and_session_are_read_anew()
    {
        var ruleSet = CompiledRuleSet.Compile(RuleSet(
            When(String(RuleStringEmailAttribute.Subject, StringOperator.Equals, "one"), Relay("subject")),
            When(Ip(IpOperator.CidrMatches, "192.0.2.1"), Relay("client"))), World).Value!;
        var one = (Octets: "Subject: one\r\n\r\n"u8.ToArray(), Index: new HeaderIndex());
        var two = (Octets: "Subject: two\r\n\r\n"u8.ToArray(), Index: new HeaderIndex());
        one.Index.Build(one.Octets);
        two.Index.Build(two.Octets);
        var input = new RuleInput();
        input.SetSession(TestInput.Session("192.0.2.1"));
        Assert.Equal("subject client", Run(one));
        Assert.Equal("client", Run(two));
        input.SetSession(TestInput.Session("192.0.2.2"));
        Assert.Equal("", Run(two));
        Assert.Equal("subject", Run(one));

        string Run((byte[] Octets, HeaderIndex Index) message)
        {
            var evaluation = new RuleEvaluation();
            input.SetMessage(string.Empty, message.Octets, message.Index, message.Octets.Length);
            ruleSet.Evaluate(input, ["a@x"], evaluation);
            return string.Join(' ', evaluation.Deliveries.Select(d => d.Target.RelayName));
        }
    }
}
