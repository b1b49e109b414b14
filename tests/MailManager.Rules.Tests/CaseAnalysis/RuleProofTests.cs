using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.CaseAnalysis;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.CaseAnalysis;

/// <summary>Which rules are proven never to match, next to such as nearly do not.</summary>
public class RuleProofTests
{
    public static TheoryData<string, bool, RuleCondition[], RuleCondition[]> Rules => new()
    {
        { "no conditions", false, [], [] },
        { "two values of one text", true, [MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.Equals, "b@x.example")], [] },
        { "one value twice", false, [MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.Equals, "A@X.example")], [] },
        { "a value and not the value", true, [MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.NotEquals, "A@x.example")], [] },
        { "a value that does not end so", true, [MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.EndsWith, "@y.example")], [] },
        { "a value that ends so", false, [MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.EndsWith, "x.example")], [] },
        { "two ends", true, [MailFrom(StringOperator.EndsWith, "@x.example"), MailFrom(StringOperator.EndsWith, "@y.example")], [] },
        { "an end of an end", false, [MailFrom(StringOperator.EndsWith, "@x.example"), MailFrom(StringOperator.EndsWith, ".example")], [] },
        { "a start and an end", false, [MailFrom(StringOperator.StartsWith, "admin@"), MailFrom(StringOperator.EndsWith, "@x.example")], [] },
        { "a start and no such end", true, [MailFrom(StringOperator.Equals, "ax@x.example")], [MailFrom(StringOperator.StartsWith, "ax")] },
        { "contained and not contained", true, [MailFrom(StringOperator.Contains, "news")], [MailFrom(StringOperator.Contains, "NEWS", "other")] },
        { "contained in what it starts with", true, [MailFrom(StringOperator.StartsWith, "newsletter")], [MailFrom(StringOperator.Contains, "news")] },
        { "two that are contained", false, [MailFrom(StringOperator.Contains, "news"), MailFrom(StringOperator.Contains, "letter")], [] },
        { "a text that is no address", true, [Recipient("example.com")], [] },
        { "postmaster", false, [Recipient("postmaster")], [] },
        { "the null reverse-path is no address", false, [], [MailFrom(StringOperator.Contains, "@")] },
        { "two subjects may be in one message", false, [Subject(StringOperator.Equals, "a"), Subject(StringOperator.Equals, "b")], [] },
        { "a subject and not its start", true, [Subject(StringOperator.Equals, "abc")], [Subject(StringOperator.StartsWith, "a")] },
        { "two subjects, the first excluded by the second", true, [Subject(StringOperator.Equals, "a"), Subject(StringOperator.Equals, "b")], [Subject(StringOperator.EndsWith, "b")] },
        { "an expression and its opposite", true, [MailFrom(StringOperator.Matches, "^a.*x$"), MailFrom(StringOperator.NotMatches, "b", "^a.*x$")], [] },
        { "an expression that the only value does not match", true, [MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.Matches, "^b")], [] },
        { "two expressions", false, [MailFrom(StringOperator.Matches, "^a@"), MailFrom(StringOperator.Matches, @"x\.example$")], [] },
        { "an address and its domain", true, [Recipient("a@x.example"), Domain(StringOperator.NotEquals, "x.example")], [] },
        { "a domain and its end", false, [Domain(StringOperator.EndsWith, "x.example"), Recipient("a@yx.example")], [] },
        { "the domain of an address in From is not that of another", false, [From(StringOperator.Equals, "a@x.example"), FromDomain(StringOperator.Equals, "y.example")], [] },
        { "a field as text and as addresses", false, [From(StringOperator.Equals, "a@x.example"), XHeader("From", StringOperator.NotEquals, "a@x.example")], [] },
        { "nested, all ways closed", true, [new RuleAnyOf([MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.Equals, "b@x.example")])], [MailFrom(StringOperator.Equals, "b@x.example", "a@x.example")] },
        { "nested, one way open", false, [new RuleAnyOf([MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.Equals, "b@x.example")])], [MailFrom(StringOperator.Equals, "a@x.example")] },
        { "a message with attachments is possible, but not shown", false, [Flag(RuleBooleanEmailAttribute.HasAttachments, false)], [] },
        { "an exception that is a condition", true, [Flag(RuleBooleanEmailAttribute.Tls)], [Flag(RuleBooleanEmailAttribute.Tls)] },
        { "wrapped but not encrypted", true, [Flag(RuleBooleanEmailAttribute.TlsWrapped), Flag(RuleBooleanEmailAttribute.Tls, false)], [] },
        { "ranges apart", true, [Ip(IpOperator.CidrMatches, "192.0.2.0/25"), Ip(IpOperator.CidrMatches, "192.0.2.128/25")], [] },
        { "ranges in each other", false, [Ip(IpOperator.CidrMatches, "192.0.2.0/24"), Ip(IpOperator.CidrMatches, "192.0.2.128/25")], [] },
        { "a range less its halves", true, [Ip(IpOperator.CidrMatches, "192.0.2.0/24")], [Ip(IpOperator.CidrMatches, "192.0.2.128/25", "192.0.2.0/25")] },
        { "a range less its first half", false, [Ip(IpOperator.CidrMatches, "192.0.2.0/24")], [Ip(IpOperator.CidrMatches, "192.0.2.0/25")] },
        { "a range less one address", false, [Ip(IpOperator.CidrMatches, "192.0.2.0/31")], [Ip(IpOperator.CidrMatches, "192.0.2.0/32")] },
        { "no address at all", true, [], [Ip(IpOperator.CidrMatches, "0.0.0.0/0"), Ip(IpOperator.CidrMatches, "::/0")] },
        { "all but one family", false, [], [Ip(IpOperator.CidrMatches, "0.0.0.0/0")] },
        { "sizes apart", true, [Size(NumberOperator.GreaterThan, 1000), Size(NumberOperator.LessThan, 1001)], [] },
        { "one size", false, [Size(NumberOperator.GreaterThan, 1000), Size(NumberOperator.LessThan, 1002)], [] },
        { "half an octet", true, [Size(NumberOperator.Equals, 10.5)], [] },
        { "more than may come", true, [Size(NumberOperator.GreaterThan, 40 * 1024 * 1024)], [] },
        { "as much as may come", false, [Size(NumberOperator.GreaterThanOrEqual, 40 * 1024 * 1024)], [] },
        { "certificates at an open ingress point", true, [Certificate(RuleClientCertificateAttribute.Cn, StringOperator.Equals, "a")], [] },
        { "no certificate at an open ingress point", false, [Certificate(RuleClientCertificateAttribute.Cn, StringOperator.NotEquals, "a")], [] },
    };

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_never_matches_exactly_when_its_conditions_exclude_each_other(string name, bool never, RuleCondition[] conditions, RuleCondition[] unless)
    {
        var analysis = Subjects.Of(new Rule { Conditions = [.. conditions], Unless = [.. unless], Actions = [Drop] });

        Assert.True(never == analysis.RuleNeverMatches(0), name);
        if (!never)
        {
            Assert.NotNull(analysis.Find(new CaseWish { Rule = 0, MayBeServed = false }, static _ => true));
        }
    }

    [Fact]
    public void A_search_that_has_had_enough_says_nothing()
    {
        var never = new Rule { Conditions = [MailFrom(StringOperator.Equals, "a@x.example"), MailFrom(StringOperator.Equals, "b@x.example")], Actions = [Drop] };
        var always = new Rule { Actions = [Drop] };
        IngressAnalysis analysis(Effort effort) => Subjects.Of(Subjects.Policy(AcceptAction.Allow), ClientProfile.Open, effort, never, always);

        Assert.True(analysis(new Effort(1000, 1000)).RuleNeverMatches(0));
        Assert.False(analysis(new Effort(1000, 1)).RuleNeverMatches(0));
        Assert.False(analysis(new Effort(1, 1000)).RuleNeverMatches(0));
        Assert.NotNull(analysis(new Effort(1000, 1000)).Find(new CaseWish { Rule = 1 }, static _ => true));
        Assert.Null(analysis(new Effort(1000, 1)).Find(new CaseWish { Rule = 1 }, static _ => true));
    }

    [Fact]
    public void What_files_hold_is_no_proof()
    {
        var notListed = new Rule
        {
            Conditions = [new RuleBooleanExpression(new RuleBooleanOperand.IsInAddressList(RuleAddressListEmailAttribute.Recipient, "from-file"), BooleanOperator.IsTrue)],
            Actions = [Drop],
        };
        var contradiction = notListed with { Unless = notListed.Conditions };

        // It is empty as yet.
        Assert.False(Subjects.Of(notListed).RuleNeverMatches(0));
        Assert.False(Subjects.Of(notListed with { Conditions = notListed.Conditions.Add(Recipient("a@example.com")) }).RuleNeverMatches(0));
        Assert.Null(Subjects.Of(notListed).Find(new CaseWish { Rule = 0 }, static _ => true));
        Assert.True(Subjects.Of(contradiction).RuleNeverMatches(0));
    }

    private static RuleCondition MailFrom(StringOperator op, params string[] values) => String(RuleStringEmailAttribute.MailFrom, op, values);

    private static RuleCondition Subject(StringOperator op, params string[] values) => String(RuleStringEmailAttribute.Subject, op, values);

    private static RuleCondition Domain(StringOperator op, params string[] values) => String(RuleStringEmailAttribute.RecipientDomain, op, values);

    private static RuleCondition From(StringOperator op, params string[] values) => String(RuleStringEmailAttribute.From, op, values);

    private static RuleCondition FromDomain(StringOperator op, params string[] values) => String(RuleStringEmailAttribute.FromDomain, op, values);

    private static RuleNumberExpression Size(NumberOperator op, double value) => new RuleNumberExpression(RuleNumberEmailAttribute.MessageSize, op, value);
}
