using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using MailManager.Rules.Sets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>Address lists and IP sets, which rules refer to by name.</summary>
public class NamedContentTests
{
    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("192.0.2.200", false)]
    [InlineData("198.51.100.1", true)]
    [InlineData("203.0.113.1", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("2001:db8:1::1", false)]
    public void Ranges_and_sets_stand_beside_each_other(string client, bool expected)
    {
        var message = TestInput.Message(session: TestInput.Session(client));
        Assert.Equal(expected, Applies(message, new RuleIpExpression(IpOperator.CidrMatches, ["203.0.113.0/24"]) { IpSets = ["office", "partners"] }));
        Assert.Equal(!expected, Applies(message, new RuleIpExpression(IpOperator.NotCidrMatches, ["203.0.113.0/24"]) { IpSets = ["office", "partners"] }));
    }

    [Theory]
    [InlineData(RuleAddressListEmailAttribute.MailFrom, "MAIL", true)]
    [InlineData(RuleAddressListEmailAttribute.Sender, "Sender: Who Ever <a@x>", true)]
    [InlineData(RuleAddressListEmailAttribute.From, "From: z@z, B <b@y>", true)]
    [InlineData(RuleAddressListEmailAttribute.From, "From: \"a@x\" <z@z>", false)]
    [InlineData(RuleAddressListEmailAttribute.To, "To: z@z\nTo: A@X", true)]
    [InlineData(RuleAddressListEmailAttribute.To, "Cc: a@x", false)]
    [InlineData(RuleAddressListEmailAttribute.Cc, "Cc: all: z@z, anyone@Y;", true)]
    public void Any_address_of_the_operand_may_be_in_the_list(RuleAddressListEmailAttribute attribute, string header, bool expected)
    {
        var message = header == "MAIL" ? TestInput.Message(mailFrom: "a@x") : TestInput.Message(header, mailFrom: "z@z");
        Assert.Equal(expected, Applies(message, InList(attribute, "vips")));
        Assert.Equal(!expected, Applies(message, InList(attribute, "vips", expected: false)));
    }

    [Fact]
    public void Each_recipient_is_looked_up() =>
        Assert.Equal(
            "R[]: a@x anyone@y; uncovered: z@z",
            Outcome(TestInput.Message(), ["a@x", "z@z", "anyone@y"], When(InList(RuleAddressListEmailAttribute.Recipient, "vips"), Relay("R"))));

    [Fact]
    public void A_set_or_list_that_changes_is_seen_by_the_next_message_and_not_by_this_one()
    {
        var set = new NamedIpSet("s", IpRanges.Create(["192.0.2.1"]));
        var list = new NamedAddressList("l", AddressSet.Create(["a@x"]));
        var world = new RuleEnvironment
        {
            Identities = new IdentitySet(["x"]),
            Relays = new HashSet<string>(["R", "R1", "R2"]),
            IpSets = new Dictionary<string, NamedIpSet> { ["s"] = set },
            AddressLists = new Dictionary<string, NamedAddressList> { ["l"] = list },
        };
        var rules = CompiledRuleSet.Compile(
            RuleSet(When(InSet(IpOperator.CidrMatches, "s"), Relay("R1")), When(InList(RuleAddressListEmailAttribute.Recipient, "l"), Relay("R2"))), world).Value!;
        var input = TestInput.Message();
        Assert.Equal("relay R1, relay R2", Run());
        set.Ranges = IpRanges.Empty;
        list.Addresses = AddressSet.Empty;
        Assert.Equal("relay R1, relay R2", Run());

        input.SetMessage("b@x", default, new Messages.Headers.HeaderIndex(), 0);

        Assert.Equal("refuse 550 5.7.1", Run());

        string Run()
        {
            var evaluation = new RuleEvaluation();
            rules.Evaluate(input, ["a@x"], evaluation);
            return evaluation.Disposition(0);
        }
    }
}
