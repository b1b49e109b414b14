using MailManager.Resources.AddressLists;
using MailManager.Resources.RuleSets;
using MailManager.Resources.TrafficPolicies;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.AddressLists;

public class AddressListReaderTests
{
    [Fact]
    public void Lists_become_records()
    {
        var lists = ReadValid(LanguageDocument.Yaml).AddressLists;

        Assert.Equal(["staff", "partners"], lists.Select(list => list.AddressListName));
        Assert.Equal(
            ["boss@example.com", "*@staff.example.com", "123*@example.com", "boss@*.example.com", "*.branch.example.com", "@example.net"],
            lists[0].Addresses);
        Assert.Equal([new("owner", "hr")], lists[0].Tags);
        Assert.Empty(lists[0].Files);
        Assert.Equal(
            [
                new AddressListFile(Path.Combine(Files, "members.csv"), ImportDataType.Csv),
                new AddressListFile(Path.Combine(Files, "members.json"), ImportDataType.Json),
            ],
            lists[1].Files);
    }

    [Fact]
    public void An_arn_stands_for_the_name()
    {
        var resources = ReadValid(FullDocument.Yaml);

        Assert.Equal(
            new RuleBooleanOperand.IsInAddressList(RuleAddressListEmailAttribute.MailFrom, "partners"),
            Assert.IsType<RuleBooleanExpression>(resources.RuleSets[0].Rules[0].Conditions[1]).Evaluate);
        Assert.Equal(
            new PolicyBooleanOperand.RecipientIsInAddressList("staff"),
            Assert.IsType<PolicyBooleanExpression>(resources.TrafficPolicies[0].PolicyStatements[1].Conditions[2]).Evaluate);
    }

    [Theory]
    [InlineData("[staff]", "[staf]", "TrafficPolicies[0].PolicyStatements[1].Conditions[2].BooleanExpression.Evaluate.IsInAddressList.AddressLists[0]: no address list is named 'staf'; did you mean 'staff'?")]
    [InlineData("address-list/partners", "address-list/partner", "RuleSets[0].Rules[0].Conditions[1].BooleanExpression.Evaluate.IsInAddressList.AddressLists[0]: no address list is named 'partner'; did you mean 'partners'?")]
    [InlineData("\"arn:aws:ses:eu-west-1:123456789012:mailmanager-address-list/partners\"", "'arn:aws:s3:::partners'", "RuleSets[0].Rules[0].Conditions[1].BooleanExpression.Evaluate.IsInAddressList.AddressLists[0]: 'arn:aws:s3:::partners' does not match arn:(aws|aws-cn|aws-us-gov|aws-eusc):ses:[a-z0-9-]+:[0-9]{12}:mailmanager-address-list/[a-zA-Z0-9_.-]{1,255}")]
    [InlineData("[staff]", "['a/staff']", "TrafficPolicies[0].PolicyStatements[1].Conditions[2].BooleanExpression.Evaluate.IsInAddressList.AddressLists[0]: 'a/staff' does not match [a-zA-Z0-9_.-]+")]
    public void Uses_are_checked(string from, string to, string expected) => Changing(from, to, expected);

    [Theory]
    [InlineData("AddressListName: staff", "AddressListName: 'our staff'", "[0].AddressListName: 'our staff' does not match [a-zA-Z0-9_.-]+")]
    [InlineData("boss@example.com,", "boss,", "[0].Addresses[0]: 'boss' has no '@'; a domain is written @domain or *@domain, what is below it *.domain")]
    [InlineData("branch.example.com\", \"@example.net\"", "branch.example.com\", [x]", "[0].Addresses[5]: must be text, not a list")]
    [InlineData("Type: CSV", "Type: XLS", "[1].Files[0].Type: 'XLS' is not one of CSV, JSON")]
    [InlineData(", Type: JSON", "", "[1].Files[1]: Type is missing")]
    [InlineData("Tags: [{ Key: owner, Value: hr }]", "Tag: []", "[0]: 'Tag' is not a known key; did you mean Tags?")]
    public void Members_are_checked(string from, string to, string expected) =>
        ChangingOf(LanguageDocument.Yaml, from, to, $"AddressLists{expected}");

    [Fact]
    public void A_file_must_exist() =>
        ChangingOf(LanguageDocument.Yaml, "Path: members.csv", "Path: none.csv", $"AddressLists[1].Files[0].Path: the file '{Path.Combine(Files, "none.csv")}' does not exist");

    [Fact]
    public void Ten_thousand_addresses_are_the_most()
    {
        Assert.Empty(Read(List(10_000)).Errors);
        Assert.Equal(["mailmanager.yaml:1: AddressLists[0].Addresses: has 10001 entries, must have at most 10000"], Read(List(10_001)).Errors);

        static string List(int count) => $"AddressLists: [{{ AddressListName: a, Addresses: [{string.Join(", ", Enumerable.Range(0, count).Select(i => $"a{i}@example.com"))}] }}]";
    }

    [Fact]
    public void Names_are_unique() =>
        Assert.Equal(
            ["mailmanager.yaml:1: AddressLists[1].AddressListName: another address list is named 'a', on line 1"],
            Read("AddressLists: [{ AddressListName: a }, { AddressListName: a }]").Errors);
}
