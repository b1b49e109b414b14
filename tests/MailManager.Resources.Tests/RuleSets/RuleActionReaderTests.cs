using MailManager.Resources.RuleSets;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.RuleSets;

public class RuleActionReaderTests
{
    private const string Role = "arn:aws:iam::123456789012:role/r";

    [Fact]
    public void All_twelve_actions_become_records()
    {
        var rules = ReadValid(FullDocument.Yaml).RuleSets[0].Rules;
        var first = rules[0].Actions;
        var second = rules[1].Actions;

        Assert.Equal(new RuleAction.AddHeader("X-Gateway", "MailManager"), first[0]);
        Assert.Equal(["other@example.com"], Assert.IsType<RuleAction.ReplaceRecipient>(first[1]).ReplaceWith);
        Assert.Equal(new RuleAction.Relay("to-exchange", MailFrom.Replace, ActionFailurePolicy.Drop), first[2]);
        Assert.Equal(new RuleAction.Archive("a-1", null), first[3]);
        Assert.Equal(new RuleAction.WriteToS3(Role, "bucket", "in/", "abcdefghij-abcdefghij", null), first[4]);
        Assert.Equal(new RuleAction.Send(Role, null), first[5]);
        Assert.Equal(new RuleAction.DeliverToMailbox("arn:aws:workmail:x", Role, null), first[6]);
        Assert.Equal(
            new RuleAction.DeliverToQBusiness(
                "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002", Role, null),
            second[0]);
        Assert.Equal(new RuleAction.PublishToSns("arn:aws:sns:eu-west-1:123456789012:topic", Role, "BASE64", "HEADERS", null), second[1]);
        Assert.Equal(new RuleAction.Bounce(Role, "postmaster@example.com", "5.1.1", "550", "No such user", "Sorry.", null), second[2]);
        Assert.Equal(new RuleAction.InvokeLambda("arn:aws:lambda:eu-west-1:1:function:f", "REQUEST_RESPONSE", Role, 60, null), second[3]);
        Assert.Equal(new RuleAction.Drop(), second[4]);
    }

    [Theory]
    [InlineData("HeaderName: X-Gateway", "HeaderName: 'Subject:'", "[0].AddHeader.HeaderName: 'Subject:' does not match [!-9;-~]+ (a field name of RFC 5322)")]
    [InlineData("HeaderValue: MailManager", "HeaderValue: ''", "[0].AddHeader.HeaderValue: '' has 0 characters, must have 1 to 128")]
    [InlineData("HeaderValue: MailManager", "HeaderValue: \"a\\r\\nBcc: b\"", "[0].AddHeader.HeaderValue: 'a\\u{d}\\u{a}Bcc: b' does not match [\\t\\x20-\\x7e]+ (printable ASCII; other text as an RFC 2047 encoded word)")]
    [InlineData("HeaderValue: MailManager", "HeaderValue: Grüße", "[0].AddHeader.HeaderValue: 'Grüße' does not match [\\t\\x20-\\x7e]+ (printable ASCII; other text as an RFC 2047 encoded word)")]
    [InlineData("[other@example.com]", "[]", "[1].ReplaceRecipient.ReplaceWith: has 0 entries, must have 1 to 100")]
    [InlineData("[other@example.com]", "['\"o\"@example.com']", "[1].ReplaceRecipient.ReplaceWith[0]: '\"o\"@example.com' does not match [a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+")]
    [InlineData("ReplaceRecipient: { ReplaceWith: [other@example.com] }", "ReplaceRecipient: {}", "[1].ReplaceRecipient: must have exactly one of ReplaceWith, Mapping, Pattern; got none")]
    [InlineData("MailFrom: REPLACE", "MailFrom: KEEP", "[2].Relay.MailFrom: 'KEEP' is not one of REPLACE, PRESERVE")]
    [InlineData("ActionFailurePolicy: DROP", "ActionFailurePolicy: BOUNCE", "[2].Relay.ActionFailurePolicy: 'BOUNCE' is not one of CONTINUE, DROP")]
    [InlineData("Relay: { Relay: to-exchange,", "Relay: { Relay: 'to exchange',", "[2].Relay.Relay: 'to exchange' does not match [a-zA-Z0-9:_/+=,@.#-]+")]
    [InlineData("TargetArchive: a-1", "TargetArchive: ''", "[3].Archive.TargetArchive: '' has 0 characters, must have 1 to 2048")]
    [InlineData("S3Bucket: bucket", "S3Bucket: my_bucket", "[4].WriteToS3.S3Bucket: 'my_bucket' does not match [a-zA-Z0-9.-]+")]
    [InlineData("S3Prefix: in/", "S3Prefix: 'a b'", "[4].WriteToS3.S3Prefix: 'a b' does not match [a-zA-Z0-9!_.*'()/-]+")]
    [InlineData("abcdefghij-abcdefghij", "short", "[4].WriteToS3.S3SseKmsKeyId: 'short' has 5 characters, must have 20 to 2048")]
    [InlineData("MailboxArn: \"arn:aws:workmail:x\"", "MailboxArn: [x]", "[6].DeliverToMailbox.MailboxArn: must be text, not a list")]
    public void Actions_of_the_first_rule_are_checked(string from, string to, string expected) =>
        Changing(from, to, $"RuleSets[0].Rules[0].Actions{expected}");

    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000001", "1", "[0].DeliverToQBusiness.ApplicationId: '1' has 1 character, must have exactly 36")]
    [InlineData("00000000-0000-0000-0000-000000000002", "0000000A-0000-0000-0000-000000000002", "[0].DeliverToQBusiness.IndexId: '0000000A-0000-0000-0000-000000000002' does not match [a-z0-9-]+")]
    [InlineData("arn:aws:sns:eu-west-1:123456789012:topic", "arn:aws:sqs:eu-west-1:123456789012:topic", "[1].PublishToSns.TopicArn: 'arn:aws:sqs:eu-west-1:123456789012:topic' does not match arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}")]
    [InlineData("Encoding: BASE64", "Encoding: UTF8", "[1].PublishToSns.Encoding: 'UTF8' is not one of UTF-8, BASE64")]
    [InlineData("PayloadType: HEADERS", "PayloadType: ALL", "[1].PublishToSns.PayloadType: 'ALL' is not one of HEADERS, CONTENT")]
    [InlineData("Sender: postmaster@example.com", "Sender: postmaster", "[2].Bounce.Sender: 'postmaster' does not match [a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+")]
    [InlineData("StatusCode: 5.1.1", "StatusCode: 2.1.1", "[2].Bounce.StatusCode: '2.1.1' does not match [45]\\.[0-9]{1,3}\\.[0-9]{1,3}")]
    [InlineData("SmtpReplyCode: 550", "SmtpReplyCode: 250", "[2].Bounce.SmtpReplyCode: '250' does not match [45][0-9][0-9]")]
    [InlineData("DiagnosticMessage: No such user", "DiagnosticMessage: \"a\\nb\"", "[2].Bounce.DiagnosticMessage: 'a\\u{a}b' does not match [\\x20-\\x7e]+ (printable ASCII)")]
    [InlineData("Message: Sorry.", "Message: Tschüß", "[2].Bounce.Message: 'Tschüß' does not match [\\r\\n\\x20-\\x7e]+ (printable ASCII and line breaks)")]
    [InlineData("InvocationType: REQUEST_RESPONSE", "InvocationType: SYNC", "[3].InvokeLambda.InvocationType: 'SYNC' is not one of EVENT, REQUEST_RESPONSE")]
    [InlineData("RetryTimeMinutes: 60", "RetryTimeMinutes: 2161", "[3].InvokeLambda.RetryTimeMinutes: '2161' is not a whole number from 0 to 2160")]
    [InlineData("FunctionArn: \"arn:aws:lambda:eu-west-1:1:function:f\"", "FunctionArn: f", "[3].InvokeLambda.FunctionArn: 'f' has 1 character, must have 20 to 2048")]
    [InlineData("Drop: {}", "Drop: { Why: x }", "[4].Drop: 'Why' is not a known key; there are none here")]
    [InlineData("Drop: {}", "Drop:", "[4].Drop: must be a map, not nothing (leave the key out, or give it a value)")]
    [InlineData("Drop: {}", "Discard: {}", "[4]: 'Discard' is not a known key; known are Drop, Relay, Archive, WriteToS3, Send, AddHeader, ReplaceRecipient, DeliverToMailbox, DeliverToQBusiness, PublishToSns, Bounce, InvokeLambda, SetHeader, RemoveHeader, Reject")]
    public void Actions_of_the_second_rule_are_checked(string from, string to, string expected) =>
        Changing(from, to, $"RuleSets[0].Rules[1].Actions{expected}");
}
