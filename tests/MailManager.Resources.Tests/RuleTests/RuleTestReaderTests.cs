using System.Net;
using System.Text;
using MailManager.Resources.RuleTests;
using MailManager.Resources.TrafficPolicies;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.RuleTests;

public class RuleTestReaderTests
{
    [Fact]
    public void Tests_become_records()
    {
        var tests = ReadValid(LanguageDocument.Yaml).Tests;

        Assert.Equal(["mail from a partner", "a bounce", "fields in a map", "fields in a list"], tests.Select(test => test.Name));
        Assert.All(tests, test => Assert.Equal("front-door", test.IngressPoint));
        var envelope = tests[0].Envelope;
        Assert.Equal(IPAddress.Parse("198.51.100.7"), envelope.Ip);
        Assert.Equal("mail.example.net", envelope.Helo);
        Assert.Equal("a@example.net", envelope.MailFrom);
        Assert.Equal(["b@example.com", "c@example.com"], envelope.Recipients);
        Assert.Equal(TlsProtocolVersion.Tls13, envelope.Tls);
        Assert.Equal("printer", envelope.AuthenticatedAs);
        Assert.Equal("mx.example.net", envelope.ReverseDns);
        Assert.Equal(
            [
                new ExpectedDisposition("b@example.com", "relay inside to other@example.com, bounce 550 5.1.1, drop"),
                new ExpectedDisposition("c@example.com", "refuse 550 5.7.1"),
            ],
            tests[0].Expect);
    }

    [Fact]
    public void Messages_have_the_line_ends_of_smtp()
    {
        var messages = ReadValid(LanguageDocument.Yaml).Tests.Select(test => Encoding.UTF8.GetString(test.Message.Span)).ToArray();

        Assert.Equal("Subject: x\r\n\r\nHello\r\nyou\r\n", messages[0]);
        Assert.Equal("From: a@example.net\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHello.\r\n", messages[1]);
        Assert.Equal("Subject: Grüße\r\nReceived: by a\r\nReceived: by b\r\n\r\n", messages[2]);
        Assert.Equal("To: \r\nX-Spam: yes\r\nTo: a@example.com\r\n\r\n", messages[3]);
    }

    [Fact]
    public void What_an_envelope_does_not_say_has_defaults()
    {
        var envelope = ReadValid(LanguageDocument.Yaml).Tests[2].Envelope;

        Assert.Equal(
            (IPAddress.Parse("192.0.2.1"), "client.example", "", null, null, null),
            (envelope.Ip, envelope.Helo, envelope.MailFrom, envelope.Tls, envelope.AuthenticatedAs, envelope.ReverseDns));
    }

    [Theory]
    [InlineData("Name: a bounce", "Name: fields in a map", "[2].Name: another test is named 'fields in a map', on line 66")]
    [InlineData("Name: a bounce\n    IngressPoint: front-door", "Name: ''\n    IngressPoint: front-door", "[1].Name: '' has 0 characters, must have 1 to 200")]
    [InlineData("IngressPoint: front-door\n    Envelope: { MailFrom", "IngressPoint: front-dor\n    Envelope: { MailFrom", "[1].IngressPoint: no ingress point is named 'front-dor'; did you mean 'front-door'?")]
    [InlineData("Ip: 198.51.100.7", "Ip: 198.51.100.0/24", "[0].Envelope.Ip: '198.51.100.0/24' is not an address such as 192.0.2.1 or 2001:db8::1")]
    [InlineData("Helo: mail.example.net", "Helo: 'a b'", "[0].Envelope.Helo: 'a b' does not match [\\x21-\\x7e]+ (printable ASCII without spaces)")]
    [InlineData("MailFrom: a@example.net", "MailFrom: nobody", "[0].Envelope.MailFrom: 'nobody' does not match [^\\x00-\\x1f\\x7f]+@[^\\x00-\\x20\\x7f@]+ (an address without angle brackets)")]
    [InlineData("MailFrom: a@example.net", "MailFrom: [a]", "[0].Envelope.MailFrom: must be text, not a list")]
    [InlineData("Envelope: { MailFrom: \"\", Recipients: [d@example.com] }", "Envelope: { MailFrom: \"\" }", "[1].Envelope: Recipients is missing")]
    [InlineData("Tls: TLS1_3", "Tls: TLS1_1", "[0].Envelope.Tls: 'TLS1_1' is not one of TLS1_2, TLS1_3")]
    [InlineData("ReverseDns: mx.example.net", "ReverseDns: mx..example", "[0].Envelope.ReverseDns: 'mx..example' is not a domain name: each part between dots must have 1 to 63 characters")]
    [InlineData("MessageFile: message.eml", "Expct: x", "[1]: 'Expct' is not a known key; did you mean Expect?", "[1]: must have exactly one of Message, MessageFile, Headers; got none")]
    [InlineData("MessageFile: message.eml", "MessageFile: message.eml\n    Message: x", "[1]: must have exactly one of Message, MessageFile, Headers; got MessageFile and Message")]
    [InlineData("Headers: { Subject: Grüße, Received: [by a, by b] }", "Headers: { 'Sub ject': a }", "[2].Headers.'Sub ject': 'Sub ject' does not match [!-9;-~]+ (a field name of RFC 5322)")]
    [InlineData("Headers: { Subject: Grüße, Received: [by a, by b] }", "Headers: { Subject: \"a\\nb\" }", "[2].Headers.Subject: 'a\\u{a}b' does not match [^\\x00\\r\\n]* (one line of text)")]
    [InlineData("Headers: { Subject: Grüße, Received: [by a, by b] }", "Headers: text", "[2].Headers: must be a map, not text")]
    [InlineData("{ Name: To, Value: a@example.com }", "{ Name: To }", "[3].Headers[2]: Value is missing")]
    [InlineData("Recipient: c@example.com", "Recipient: C@example.com", "[0].Expect[1].Recipient: 'C@example.com' is not in Envelope.Recipients")]
    [InlineData("Recipient: c@example.com", "Recipient: b@example.com", "[0].Expect[1].Recipient: 'b@example.com' is given twice")]
    [InlineData("Expect: [{ Recipient: g@example.com, Disposition: reject 550 5.7.2 }]", "Expect: []", "[3].Expect: has 0 entries, must have 1 to 100")]
    public void Members_are_checked(string from, string to, params string[] expected)
    {
        var (_, errors) = Read(Replaced(from, to));

        Assert.Equal(
            expected.Order(), errors.Select(error => error[(error.IndexOf(": Tests", StringComparison.Ordinal) + ": Tests".Length)..]).Order());
    }

    [Theory]
    [InlineData("relay inside")]
    [InlineData("relay inside to a@example.com, relay inside, send, send to b@example.com, bounce 421 4.0.0, drop")]
    [InlineData("fail 5.10.100")]
    public void Dispositions_are_parts_in_order(string disposition) => Assert.Empty(Read(Replaced("reject 550 5.7.2", $"'{disposition}'")).Errors);

    [Theory]
    [InlineData("deliver inside", "'deliver inside': 'deliver' is not one of relay, send, bounce, drop, reject, refuse, fail")]
    [InlineData("none", "'none': 'none' is not one of relay, send, bounce, drop, reject, refuse, fail")]
    [InlineData("relay", "'relay': 'relay' is not of the form relay NAME, relay NAME to ADDRESS")]
    [InlineData("relay inside to", "'relay inside to': 'relay inside to' is not of the form relay NAME, relay NAME to ADDRESS")]
    [InlineData("send inside", "'send inside': 'send inside' is not of the form send, send to ADDRESS")]
    [InlineData("drop,send", "'drop,send': 'drop,send' is not one of relay, send, bounce, drop, reject, refuse, fail")]
    [InlineData("drop, ", "'drop, ': '' is not one of relay, send, bounce, drop, reject, refuse, fail")]
    [InlineData("refuse 250 5.7.1", "'refuse 250 5.7.1': 'refuse 250 5.7.1' is not of the form refuse 550 5.7.1")]
    [InlineData("fail 550 5.7.1", "'fail 550 5.7.1': 'fail 550 5.7.1' is not of the form fail 5.7.1")]
    [InlineData("relay insid", "no relay is named 'insid'; did you mean 'inside'?")]
    public void Other_dispositions_are_refused(string disposition, string expected) =>
        ChangingOf(LanguageDocument.Yaml, "reject 550 5.7.2", $"'{disposition}'", $"Tests[3].Expect[0].Disposition: {expected}");

    [Fact]
    public void A_message_file_must_exist() =>
        ChangingOf(
            LanguageDocument.Yaml, "MessageFile: message.eml", "MessageFile: none.eml", $"Tests[1].MessageFile: the file '{Path.Combine(Files, "none.eml")}' does not exist");

    private static string Replaced(string from, string to)
    {
        Assert.Contains(from, LanguageDocument.Yaml, StringComparison.Ordinal);
        return LanguageDocument.Yaml.Replace(from, to, StringComparison.Ordinal);
    }
}
