using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.RuleSets;

/// <summary>What rules have beyond the API.</summary>
public class RuleLanguageTests
{
    [Fact]
    public void New_members_of_a_rule_become_records()
    {
        var rules = ReadValid(LanguageDocument.Yaml).RuleSets[0].Rules;

        Assert.Equal(("no-invoices", "Programs in attachments and forged invoices", false, true), (rules[0].Id, rules[0].Description, rules[0].Enabled, rules[0].Shadow));
        Assert.Equal(("all-else", null, true, false), (rules[1].Id, rules[1].Description, rules[1].Enabled, rules[1].Shadow));
        Assert.Equal(new RuleStringOperand.MimeHeader("List-Id"), Assert.IsType<RuleStringExpression>(rules[0].Unless[1]).Evaluate);
        var name = Assert.IsType<RuleStringExpression>(Assert.IsType<RuleAllOf>(Assert.IsType<RuleAnyOf>(rules[0].Conditions[0]).Conditions[0]).Conditions[0]);
        Assert.Equal(StringOperator.Matches, name.Operator);
        Assert.Equal([@"\.(exe|scr)$"], name.Values);
    }

    [Fact]
    public void New_actions_become_records()
    {
        var actions = ReadValid(LanguageDocument.Yaml).RuleSets[0].Rules[0].Actions;

        Assert.Equal(new RuleAction.SetHeader("Subject", "[checked]"), actions[0]);
        Assert.Equal(new RuleAction.RemoveHeader("X-Spam"), actions[1]);
        var mapping = Assert.IsType<RuleAction.MapRecipient>(actions[2]).Mapping;
        Assert.Equal(["old@example.com", "@example.net"], mapping.Select(entry => entry.From));
        Assert.Equal(["new@example.com", "@example.org"], mapping[0].To);
        Assert.Equal(new RuleAction.RewriteRecipient(@"(?<user>.+)\+(.+)@example\.com", "${user}@$1.example.com"), actions[3]);
        Assert.Equal(new RuleAction.Reject("550", "5.7.1", "Not here"), actions[4]);
    }

    [Theory]
    [InlineData("Id: all-else", "Id: no-invoices", "[1].Id: another rule of the set has the Id 'no-invoices', on line 28")]
    [InlineData("Id: all-else", "Id: 'all else'", "[1].Id: 'all else' does not match [a-zA-Z0-9_.-]+")]
    [InlineData("Description: Programs in attachments and forged invoices", "Description: ''", "[0].Description: '' has 0 characters, must have 1 to 1000")]
    [InlineData("Enabled: false", "Enabled: no", "[0].Enabled: 'no' is not true or false")]
    [InlineData("Enabled: false", "Enabled: 'false'", "[0].Enabled: must be true or false, not text")]
    [InlineData("Shadow: true", "Shadow: 1", "[0].Shadow: '1' is not true or false")]
    [InlineData("Values: ['\\.(exe|scr)$']", "Values: ['\\.(exe|scr$']", "[0].Conditions[0].AnyOf[0].AllOf[0].StringExpression.Values[0]: '\\.(exe|scr$' is not a regular expression: insufficient closing parentheses at character 11")]
    [InlineData("Values: ['\\.(exe|scr)$']", "Values: ['(?=a)']", "[0].Conditions[0].AnyOf[0].AllOf[0].StringExpression.Values[0]: '(?=a)' has what non-backtracking regular expressions have not: 'positive lookahead (?= pattern) or positive lookbehind (?<= pattern)'")]
    [InlineData("MimeHeaderAttribute: List-Id", "MimeHeaderAttribute: 'List-Id:'", "[0].Unless[1].StringExpression.Evaluate.MimeHeaderAttribute: 'List-Id:' does not match [!-9;-~]+ (a field name of RFC 5322)")]
    public void Members_are_checked(string from, string to, string expected) =>
        ChangingOf(LanguageDocument.Yaml, from, to, $"RuleSets[0].Rules{expected}");

    [Theory]
    [InlineData("SetHeader: { HeaderName: Subject,", "SetHeader: { HeaderName: 'Sub ject',", "[0].SetHeader.HeaderName: 'Sub ject' does not match [!-9;-~]+ (a field name of RFC 5322)")]
    [InlineData("HeaderValue: \"[checked]\"", "HeaderValue: \"a\\nb\"", "[0].SetHeader.HeaderValue: 'a\\u{a}b' does not match [\\t\\x20-\\x7e]+ (printable ASCII; other text as an RFC 2047 encoded word)")]
    [InlineData("RemoveHeader: { HeaderName: X-Spam }", "RemoveHeader: {}", "[1].RemoveHeader: HeaderName is missing")]
    [InlineData("RemoveHeader: { HeaderName: X-Spam }", "RemoveHeader: { HeaderName: X-Spam, HeaderValue: a }", "[1].RemoveHeader: 'HeaderValue' is not a known key; did you mean HeaderName?")]
    [InlineData("From: \"@example.net\"", "From: OLD@example.com", "[2].ReplaceRecipient.Mapping[1].From: 'OLD@example.com' is mapped twice, first on line 44")]
    [InlineData("From: \"@example.net\"", "From: example.net", "[2].ReplaceRecipient.Mapping[1].From: 'example.net' does not match [a-zA-Z0-9._+-]*@[a-zA-Z0-9.-]+ (an address, or @domain for all in the domain)")]
    [InlineData("To: [\"@example.com\"]", "To: []", "[2].ReplaceRecipient.Mapping[1].To: has 0 entries, must have 1 to 100")]
    [InlineData("To: [\"@example.com\"]", "To: [x]", "[2].ReplaceRecipient.Mapping[1].To[0]: 'x' has 1 character, must have 2 to 254")]
    [InlineData("Matches: '(?<user>.+)\\+(.+)@example\\.com'", "Matches: '(a)\\1'", "[3].ReplaceRecipient.Pattern.Matches: '(a)\\1' has what non-backtracking regular expressions have not: 'backreference (\\ number)'")]
    [InlineData("${user}@$1.example.com", "${usr}@$1.example.com", "[3].ReplaceRecipient.Pattern.ReplaceWith: '${usr}@$1.example.com' refers to the group 'usr', which Matches does not have; it has 0, 1, user")]
    [InlineData("${user}@$1.example.com", "a@$3", "[3].ReplaceRecipient.Pattern.ReplaceWith: 'a@$3' refers to the group '3', which Matches does not have; it has 0, 1, user")]
    [InlineData("${user}@$1.example.com", "$&", "[3].ReplaceRecipient.Pattern.ReplaceWith: '$&' has a '$' that is none of $1, ${name} and $$")]
    [InlineData("${user}@$1.example.com", "a@b.c$", "[3].ReplaceRecipient.Pattern.ReplaceWith: 'a@b.c$' has a '$' that is none of $1, ${name} and $$")]
    [InlineData("${user}@$1.example.com", "${user", "[3].ReplaceRecipient.Pattern.ReplaceWith: '${user' has a '$' that is none of $1, ${name} and $$")]
    [InlineData("${user}@$1.example.com", "$1 @b.c", "[3].ReplaceRecipient.Pattern.ReplaceWith: '$1 @b.c' does not match [\\x21-\\x7e]+ (printable ASCII without spaces)")]
    [InlineData("SmtpReplyCode: 550, StatusCode: 5.7.1", "SmtpReplyCode: 450, StatusCode: 5.7.1", "[4].Reject: SmtpReplyCode 450 and StatusCode 5.7.1 must begin with the same digit")]
    [InlineData("SmtpReplyCode: 550, StatusCode: 5.7.1", "SmtpReplyCode: 250, StatusCode: 5.7.1", "[4].Reject.SmtpReplyCode: '250' does not match [45][0-9][0-9]")]
    [InlineData(", Message: Not here", "", "[4].Reject: Message is missing")]
    public void Actions_are_checked(string from, string to, string expected) =>
        ChangingOf(LanguageDocument.Yaml, from, to, $"RuleSets[0].Rules[0].Actions{expected}");

    [Theory]
    [InlineData("$$x$0@$1${0}${user}")]
    [InlineData("$10@example.com", "refers to the group '10', which Matches does not have; it has 0, 1, user")]
    public void References_are_those_of_dotnet(string replacement, string? problem = null) =>
        ChangingOf(
            LanguageDocument.Yaml,
            "${user}@$1.example.com",
            replacement,
            problem is null ? [] : [$"RuleSets[0].Rules[0].Actions[3].ReplaceRecipient.Pattern.ReplaceWith: '{replacement}' {problem}"]);

    [Theory]
    [InlineData("Mapping", "Pattern: { Matches: a, ReplaceWith: b }, Mapping", "[2].ReplaceRecipient: must have exactly one of ReplaceWith, Mapping, Pattern; got Pattern and Mapping")]
    [InlineData("Mapping", "Map", "[2].ReplaceRecipient: 'Map' is not a known key; known are ReplaceWith, Mapping, Pattern")]
    public void Replacing_takes_one_form(string from, string to, string expected) =>
        ChangingOf(LanguageDocument.Yaml, from, to, $"RuleSets[0].Rules[0].Actions{expected}");

    [Fact]
    public void Ten_thousand_mappings_are_the_most()
    {
        Assert.Empty(Read(Mapping(10_000)).Errors);
        Assert.Equal(
            ["mailmanager.yaml:1: RuleSets[0].Rules[0].Actions[0].ReplaceRecipient.Mapping: has 10001 entries, must have 1 to 10000"],
            Read(Mapping(10_001)).Errors);

        static string Mapping(int count)
        {
            var entries = string.Join(", ", Enumerable.Range(0, count).Select(i => $"{{ From: a{i}@x.y, To: [b@x.y] }}"));
            return $"RuleSets: [{{ RuleSetName: r, Rules: [{{ Actions: [{{ ReplaceRecipient: {{ Mapping: [{entries}] }} }}] }}] }}]";
        }
    }

    [Theory]
    [InlineData("Received")]
    [InlineData("return-path")]
    [InlineData("BCC")]
    [InlineData("Resent-Bcc")]
    [InlineData("MIME-Version")]
    [InlineData("content-type")]
    [InlineData("Content-Anything")]
    public void Fields_of_transport_and_structure_stay(string name)
    {
        foreach (var action in new[] { "AddHeader", "SetHeader", "RemoveHeader" })
        {
            var value = action == "RemoveHeader" ? "" : ", HeaderValue: x";
            var error = Assert.Single(
                Read($"RuleSets: [{{ RuleSetName: r, Rules: [{{ Actions: [{{ {action}: {{ HeaderName: {name}{value} }} }}] }}] }}]").Errors);

            Assert.StartsWith(
                $"mailmanager.yaml:1: RuleSets[0].Rules[0].Actions[0].{action}.HeaderName: '{name}' cannot be changed: ", error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("X-Spam")]
    [InlineData("Subject")]
    [InlineData("Reply-To")]
    [InlineData("Contents")]
    [InlineData("!~")]
    public void Other_fields_can_be_changed(string name) =>
        Assert.Empty(Read($"RuleSets: [{{ RuleSetName: r, Rules: [{{ Actions: [{{ SetHeader: {{ HeaderName: '{name}', HeaderValue: x }} }}] }}] }}]").Errors);

    [Fact]
    public void Ids_are_unique_in_a_set_only() =>
        Assert.Empty(Read("RuleSets: [{ RuleSetName: a, Rules: [{ Id: x, Actions: [{ Drop: {} }] }] }, { RuleSetName: b, Rules: [{ Id: x, Actions: [{ Drop: {} }] }] }]").Errors);
}
