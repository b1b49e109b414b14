using System.Security.Authentication;
using MailManager.Messages.Envelope;
using MailManager.Messages.Verdicts;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.Decisions;

/// <summary>
/// What Amazon's documentation leaves open about rules, each point decided once: the names of these tests are the entries of the table in
/// <c>docs/rules.md</c>.
/// </summary>
public class RuleDecisionTests
{
    private static readonly string[] Bob = ["bob@example.com"];

    [Fact]
    public void Case_is_ignored_in_rules() =>
        Assert.True(Applies(TestInput.Message("Subject: Hello WORLD"), String(RuleStringEmailAttribute.Subject, StringOperator.Contains, "hello world")));

    [Fact]
    public void A_star_is_a_star() =>
        Assert.False(Applies(TestInput.Message(mailFrom: "ann@partner.example"), String(RuleStringEmailAttribute.MailFrom, StringOperator.Equals, "*@partner.example")));

    [Fact]
    public void A_missing_header_satisfies_negative_operators_only()
    {
        var message = TestInput.Message("Subject: x");
        Assert.True(Applies(message, XHeader("X-Spam", StringOperator.NotEquals, "yes"), XHeader("X-Spam", StringOperator.NotMatches, "yes")));
        Assert.False(Applies(message, XHeader("X-Spam", StringOperator.Contains, "yes")));
    }

    [Fact]
    public void Each_occurrence_of_a_header_is_compared()
    {
        var message = TestInput.Message("X-Tag: one\nX-Tag: two");
        Assert.True(Applies(message, XHeader("X-Tag", StringOperator.Equals, "two")));
        Assert.False(Applies(message, XHeader("X-Tag", StringOperator.NotEquals, "two")));
    }

    [Theory]
    [InlineData(StringOperator.Equals, "boss@example.com")]
    [InlineData(StringOperator.Contains, "The Boss")]
    [InlineData(StringOperator.StartsWith, "Bob <bob@")]
    public void Address_headers_are_compared_by_address_and_by_text(StringOperator op, string value) =>
        Assert.True(Applies(TestInput.Message("To: Bob <bob@example.com>, The Boss <boss@example.com>"), String(RuleStringEmailAttribute.To, op, value)));

    [Fact]
    public void Encoded_words_are_decoded() =>
        Assert.True(Applies(TestInput.Message("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?="), String(RuleStringEmailAttribute.Subject, StringOperator.Equals, "Grüße")));

    [Fact]
    public void A_bare_address_is_a_range_of_one()
    {
        var message = TestInput.Message(session: TestInput.Session("192.0.2.1"));
        Assert.True(Applies(message, Ip(IpOperator.CidrMatches, "192.0.2.1")));
        Assert.False(Applies(message, Ip(IpOperator.CidrMatches, "192.0.2.2")));
    }

    [Fact]
    public void Source_ip_takes_both_families()
    {
        var condition = Ip(IpOperator.CidrMatches, "192.0.2.0/24", "2001:db8::/32");
        Assert.True(Applies(TestInput.Message(session: TestInput.Session("2001:db8::7")), condition));
        Assert.True(Applies(TestInput.Message(session: TestInput.Session("192.0.2.7")), condition));
    }

    [Fact]
    public void Tls_wrapped_is_false_after_starttls()
    {
        var session = TestInput.Session(tls: SslProtocols.Tls13);
        Assert.True(Applies(TestInput.Message(session: session), Flag(RuleBooleanEmailAttribute.Tls), Flag(RuleBooleanEmailAttribute.TlsWrapped, false)));
    }

    [Theory]
    [InlineData("Disposition-Notification-To: ann@sender.example", true)]
    [InlineData("Return-Receipt-To: ann@sender.example", true)]
    [InlineData("Subject: x", false)]
    public void A_read_receipt_is_asked_for_by_either_field(string header, bool expected) =>
        Assert.Equal(expected, Applies(TestInput.Message(header), Flag(RuleBooleanEmailAttribute.ReadReceiptRequested)));

    [Fact]
    public void Any_value_of_a_certificate_may_match_and_without_one_only_negatives_do()
    {
        var with = TestInput.Session(certificate: new ClientCertificate { SerialNumber = "01", DnsNames = ["a.example", "b.example"] });
        Assert.True(Applies(TestInput.Message(session: with), Certificate(RuleClientCertificateAttribute.SanDnsName, StringOperator.Equals, "b.example")));
        Assert.False(Applies(TestInput.Message(), Certificate(RuleClientCertificateAttribute.SanDnsName, StringOperator.Equals, "b.example")));
        Assert.True(Applies(TestInput.Message(), Certificate(RuleClientCertificateAttribute.SanDnsName, StringOperator.NotEquals, "b.example")));
    }

    [Fact]
    public void A_domain_without_a_dmarc_record_publishes_none() =>
        Assert.True(Applies(TestInput.Message(), new RuleDmarcExpression(VerdictOperator.Equals, [RuleDmarcPolicy.None])));

    [Fact]
    public void A_verdict_that_was_not_found_out_is_a_processing_failure() =>
        Assert.True(Applies(
            TestInput.Message(),
            new RuleVerdictExpression(new RuleVerdictOperand.Attribute(RuleVerdictAttribute.Spf), VerdictOperator.Equals, [RuleVerdict.ProcessingFailed])));

    [Fact]
    public void An_add_on_that_says_nothing_satisfies_negative_operators_only()
    {
        var analysis = new RuleVerdictOperand.AddOn(new Analysis("ai-1", "verdict"));
        Assert.False(Applies(TestInput.Message(), new RuleVerdictExpression(analysis, VerdictOperator.Equals, [RuleVerdict.Pass])));
        Assert.True(Applies(TestInput.Message(), new RuleVerdictExpression(analysis, VerdictOperator.NotEquals, [RuleVerdict.Pass])));
    }

    [Fact]
    public void All_matching_rules_apply() =>
        Assert.Equal(["relay R1, relay R2"], Dispositions(TestInput.Message(), Bob, Always(Relay("R1")), Always(Relay("R2"))));

    [Fact]
    public void Drop_ends_processing_for_its_recipients_only() =>
        Assert.Equal(
            ["drop", "relay R"],
            Dispositions(TestInput.Message(), ["bob@example.com", "amy@example.com"], When(Recipient("bob@example.com"), Drop), Always(Relay("R"))));

    [Fact]
    public void What_was_relayed_before_a_drop_stays_relayed() =>
        Assert.Equal(["relay R, drop"], Dispositions(TestInput.Message(), Bob, Always(Relay("R"), Drop)));

    [Fact]
    public void A_bounce_does_not_end_processing() =>
        Assert.Equal(["bounce 550 5.1.1, relay R"], Dispositions(TestInput.Message(), Bob, Always(Bounce()), Always(Relay("R"))));

    [Fact]
    public void Conditions_see_the_message_as_received() =>
        Assert.Equal(
            ["relay R"],
            Dispositions(TestInput.Message(), Bob, Always(Header("X-Seen", "yes")), When(XHeader("X-Seen", StringOperator.Equals, "yes"), Drop), Always(Relay("R"))));

    [Fact]
    public void Later_rules_see_replaced_recipients() =>
        Assert.Equal(
            ["relay R to new@example.com"],
            Dispositions(TestInput.Message(), Bob, Always(Replace("new@example.com")), When(Recipient("new@example.com"), Relay("R"))));

    [Fact]
    public void Recipients_that_become_the_same_get_one_message() =>
        Assert.Equal(
            "R[]: team@example.com",
            Outcome(TestInput.Message(), ["a@example.com", "b@example.com"], Always(Replace("team@example.com"), Relay("R"))));

    [Fact]
    public void A_relay_reached_twice_gets_the_message_once() =>
        Assert.Equal("R[]: bob@example.com", Outcome(TestInput.Message(), Bob, Always(Relay("R")), Always(Relay("R"))));

    [Fact]
    public void A_relay_reached_again_with_other_headers_gets_it_again() =>
        Assert.Equal("R[]: bob@example.com; R[X-A]: bob@example.com", Outcome(TestInput.Message(), Bob, Always(Relay("R"), Header("X-A"), Relay("R"))));

    [Fact]
    public void A_recipient_that_nothing_is_done_for_is_not_lost() =>
        Assert.Equal(["refuse 550 5.7.1"], Dispositions(TestInput.Message(), Bob, When(Recipient("amy@example.com"), Relay("R"))));

    [Fact]
    public void The_failure_policy_is_continue_unless_said_otherwise()
    {
        Assert.Equal(["relay R"], Dispositions(TestInput.Message(), Bob, Always(Relay("NONE"), Relay("R"))));
        Assert.Equal(["drop"], Dispositions(TestInput.Message(), Bob, Always(Relay("NONE", ActionFailurePolicy.Drop), Relay("R"))));
    }

    [Fact]
    public void Nothing_is_relayed_for_a_recipient_of_no_verified_identity() =>
        Assert.Equal(["refuse 550 5.7.1"], Dispositions(TestInput.Message(), ["x@stranger.example"], Always(Relay("R"))));

    [Fact]
    public void A_stranger_may_be_sent_to_only_by_who_has_authenticated_as_one_of_us()
    {
        string[] stranger = ["x@stranger.example"];
        var authenticated = TestInput.Session() with { AuthenticatedAs = "printer" };
        Assert.Equal(["refuse 550 5.7.1"], Dispositions(TestInput.Message(mailFrom: "me@example.com"), stranger, Always(Send())));
        Assert.Equal(["refuse 550 5.7.1"], Dispositions(TestInput.Message(mailFrom: "me@other.example", session: authenticated), stranger, Always(Send())));
        Assert.Equal(["send"], Dispositions(TestInput.Message(mailFrom: "me@example.com", session: authenticated), stranger, Always(Send())));
    }

    [Fact]
    public void A_bounce_to_nobody_fails() =>
        Assert.Equal(["relay R"], Dispositions(TestInput.Message(mailFrom: string.Empty), Bob, Always(Bounce(), Relay("R"))));

    [Fact]
    public void Verdict_words_are_those_of_the_checks()
    {
        var input = TestInput.Message();
        foreach (var (verdict, word) in new[] { (Verdict.Pass, RuleVerdict.Pass), (Verdict.Fail, RuleVerdict.Fail), (Verdict.Gray, RuleVerdict.Gray) })
        {
            var condition = new RuleVerdictExpression(new RuleVerdictOperand.Attribute(RuleVerdictAttribute.Dkim), VerdictOperator.Equals, [word]);
            input.SetVerdicts(new MessageVerdicts { Dkim = verdict });
            Assert.True(Applies(input, condition));
        }
    }
}
