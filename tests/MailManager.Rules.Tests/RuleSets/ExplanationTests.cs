using System.Collections.Immutable;
using MailManager.Messages.Verdicts;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.Mime;
using MailManager.Rules.Operands;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;
using Found = MailManager.Messages.Verdicts.Verdict;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>Each kind of condition tells what it compared, what it saw, and which value hit.</summary>
public class ExplanationTests
{
    private static readonly Analysis Analysis = new("arn:scanner", "addon.result");

    private readonly RuleInput _message = TestInput.Message(
        "From: Boss <boss@y>\nSubject: hello\nX-A: one\nX-A: two",
        mailFrom: "a@x",
        size: 100,
        session: TestInput.Session("192.0.2.1", reverseName: "mail.example.net"),
        verdicts: new MessageVerdicts
        {
            Spf = Found.Fail,
            DmarcPolicy = DmarcPolicy.Reject,
            AddOns = new Dictionary<AddOnField, AddOnResult> { [new("arn:scanner", "addon.result")] = new("spam", true, Found.Fail) },
        },
        attachments: new AttachmentFacts(new MimeContents([new Attachment("a.pdf", "application/pdf", 10), new Attachment("", "image/png", 20)], MimeProblem.Depth)));

    public static TheoryData<RuleCondition, string, string, bool, string?> Leaves { get; } = new()
    {
        { XHeader("X-A", StringOperator.Contains, "none", "tw"), "X-A CONTAINS none, tw", "one | two", true, "tw" },
        { XHeader("X-A", StringOperator.NotEquals, "none", "TWO"), "X-A NOT_EQUALS none, TWO", "one | two", false, "TWO" },
        { XHeader("X-A", StringOperator.Matches, "^t.o$"), "X-A MATCHES ^t.o$", "one | two", true, "^t.o$" },
        { XHeader("X-B", StringOperator.Equals, "x"), "X-B EQUALS x", "", false, null },
        { String(RuleStringEmailAttribute.ReverseDns, StringOperator.EndsWith, ".net"), "REVERSE_DNS ENDS_WITH .net", "mail.example.net", true, ".net" },
        { String(RuleStringEmailAttribute.From, StringOperator.Equals, "boss@y"), "FROM EQUALS boss@y", "Boss <boss@y> | boss@y", true, "boss@y" },
        { Ip(IpOperator.CidrMatches, "10.0.0.0/8", "192.0.2.0/24"), "SOURCE_IP CIDR_MATCHES 10.0.0.0/8, 192.0.2.0/24", "192.0.2.1", true, "192.0.2.0/24" },
        { InSet(IpOperator.NotCidrMatches, "partners", "office"), "SOURCE_IP NOT_CIDR_MATCHES IpSet partners, IpSet office", "192.0.2.1", false, "IpSet office" },
        { InSet(IpOperator.CidrMatches, "partners"), "SOURCE_IP CIDR_MATCHES IpSet partners", "192.0.2.1", false, null },
        { InList(RuleAddressListEmailAttribute.From, "vips"), "FROM IS_IN_ADDRESS_LIST vips IS_TRUE", "boss@y", true, "boss@y" },
        { InList(RuleAddressListEmailAttribute.Recipient, "vips", false), "RECIPIENT IS_IN_ADDRESS_LIST vips IS_FALSE", "b@z", true, null },
        { Number(RuleNumberEmailAttribute.MessageSize, NumberOperator.LessThan, 1000), "MESSAGE_SIZE LESS_THAN 1000", "100", true, null },
        { Number(RuleNumberEmailAttribute.AttachmentSize, NumberOperator.Equals, 20), "ATTACHMENT_SIZE EQUALS 20", "10 | 20", true, null },
        { Number(RuleNumberEmailAttribute.AttachmentCount, NumberOperator.Equals, 3), "ATTACHMENT_COUNT EQUALS 3", "2", false, null },
        { Flag(RuleBooleanEmailAttribute.HasAttachments), "HAS_ATTACHMENTS IS_TRUE", "a.pdf (application/pdf, 10 octets) | (no name) (image/png, 20 octets)", true, null },
        { Flag(RuleBooleanEmailAttribute.TooComplex, false), "TOO_COMPLEX IS_FALSE", "true (DEPTH)", false, null },
        { Flag(RuleBooleanEmailAttribute.Tls), "TLS IS_TRUE", "false", false, null },
        { HasVerdict(RuleVerdictAttribute.Spf, VerdictOperator.Equals, RuleVerdict.Gray, RuleVerdict.Fail), "SPF EQUALS GRAY, FAIL", "FAIL", true, "FAIL" },
        { new RuleDmarcExpression(VerdictOperator.NotEquals, [RuleDmarcPolicy.Reject]), "DMARC_POLICY NOT_EQUALS REJECT", "REJECT", false, "REJECT" },
        { new RuleStringExpression(new RuleStringOperand.AddOn(Analysis), StringOperator.Equals, ["spam"]), "Analysis arn:scanner addon.result EQUALS spam", "spam", true, "spam" },
        { new RuleBooleanExpression(new RuleBooleanOperand.AddOn(Analysis), BooleanOperator.IsFalse), "Analysis arn:scanner addon.result IS_FALSE", "true", false, null },
        { new RuleVerdictExpression(new RuleVerdictOperand.AddOn(Analysis), VerdictOperator.Equals, [RuleVerdict.Fail]), "Analysis arn:scanner addon.result EQUALS FAIL", "FAIL", true, "FAIL" },
    };

    [Theory]
    [MemberData(nameof(Leaves))]
    public void A_condition_tells_what_it_compared(RuleCondition condition, string text, string value, bool holds, string? hit)
    {
        var explained = Explain(condition);
        Assert.Equal((text, value, holds, hit), (explained.Condition, explained.Value, explained.Holds, explained.Hit));
        Assert.Empty(explained.Parts);
    }

    [Fact]
    public void A_combination_tells_of_all_its_parts_in_the_order_of_the_resource()
    {
        var explained = Explain(Any(
            Not(All(XHeader("X-A", StringOperator.Equals, "one"), Flag(RuleBooleanEmailAttribute.Tls, false))),
            String(RuleStringEmailAttribute.Recipient, StringOperator.Equals, "a@x")));

        Assert.Equal(
            "ANY_OF=False(NOT=False(ALL_OF=True(X-A EQUALS one=True, TLS IS_FALSE=True)), RECIPIENT EQUALS a@x=False)",
            Flatten(explained));
    }

    [Fact]
    public void A_long_value_is_cut()
    {
        var message = TestInput.Message($"Subject: {new string('s', 2_000)}");
        var rule = Assert.Single(Compile(When(String(RuleStringEmailAttribute.Subject, StringOperator.Contains, "s"), Drop)).Explain(message, ["a@x"], new RuleEvaluation()));
        Assert.Equal(ConditionExplanation.MaxValueLength, rule.Conditions[0].Value.Length);
    }

    private static string Flatten(ConditionExplanation explained)
    {
        var parts = explained.Parts.IsEmpty ? "" : $"({string.Join(", ", explained.Parts.Select(Flatten))})";
        return $"{explained.Condition}={explained.Holds}{parts}";
    }

    private ConditionExplanation Explain(RuleCondition condition)
    {
        ImmutableArray<RuleExplanation> explained = Compile(When(condition, Drop)).Explain(_message, ["b@z"], new RuleEvaluation());
        return Assert.Single(Assert.Single(explained).Conditions);
    }
}
