using System.Collections.Immutable;
using MailManager.Resources.Binding;

namespace MailManager.Resources.RuleSets;

/// <summary>
/// Reads the twelve actions, (+) and more. Whether this release can carry one out is not decided here: a rule set is sound or not by its own terms.
/// </summary>
internal static class RuleActionReader
{
    /// <summary>Minutes: 36 hours.</summary>
    private const int MaximumLambdaRetry = 2160;

    private static readonly ImmutableArray<string> Actions =
    [
        "Drop", "Relay", "Archive", "WriteToS3", "Send", "AddHeader", "ReplaceRecipient", "DeliverToMailbox", "DeliverToQBusiness",
        "PublishToSns", "Bounce", "InvokeLambda", "SetHeader", "RemoveHeader", "Reject",
    ];

    public static RuleAction? Read(DocumentValue value)
    {
        if (value.Union(Actions) is not { } member)
        {
            return null;
        }

        return member.Key switch
        {
            "Drop" => member.Value.Map([]) is { Failed: false } ? new RuleAction.Drop() : null,
            "Relay" => ReadRelay(member.Value),
            "Archive" => ReadArchive(member.Value),
            "WriteToS3" => ReadWriteToS3(member.Value),
            "Send" => ReadSend(member.Value),
            "AddHeader" => ReadHeader(member.Value) is var (name, text) ? new RuleAction.AddHeader(name, text) : null,
            "SetHeader" => ReadHeader(member.Value) is var (name, text) ? new RuleAction.SetHeader(name, text) : null,
            "RemoveHeader" => ReadRemoveHeader(member.Value),
            "ReplaceRecipient" => ReplaceRecipientReader.Read(member.Value),
            "Reject" => ReadReject(member.Value),
            "DeliverToMailbox" => ReadDeliverToMailbox(member.Value),
            "DeliverToQBusiness" => ReadDeliverToQBusiness(member.Value),
            "PublishToSns" => ReadPublishToSns(member.Value),
            "Bounce" => ReadBounce(member.Value),
            _ => ReadInvokeLambda(member.Value),
        };
    }

    private static RuleAction.Relay? ReadRelay(DocumentValue value)
    {
        if (value.Map(["Relay", "MailFrom", EgressName.Key, "ActionFailurePolicy"]) is not { } map)
        {
            return null;
        }

        var relayValue = map.Required("Relay");
        var relay = relayValue?.Text(RuleActionRules.NameOrArn);
        if (relay is not null)
        {
            value.Context.Refer(ResourceKind.Relay, relay, relayValue!);
        }

        var mailFrom = map.OptionalWord("MailFrom", RuleWords.MailFrom);
        var pool = EgressName.ReadReference(map);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.Relay(relay!, mailFrom, onFailure) { EgressPool = pool };
    }

    private static RuleAction.Archive? ReadArchive(DocumentValue value)
    {
        if (value.Map(["TargetArchive", "ActionFailurePolicy"]) is not { } map)
        {
            return null;
        }

        var archive = map.Text("TargetArchive", RuleActionRules.NameOrArn);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.Archive(archive!, onFailure);
    }

    private static RuleAction.WriteToS3? ReadWriteToS3(DocumentValue value)
    {
        if (value.Map(["RoleArn", "S3Bucket", "S3Prefix", "S3SseKmsKeyId", "ActionFailurePolicy"]) is not { } map)
        {
            return null;
        }

        var role = Role(map);
        var bucket = map.Text("S3Bucket", RuleActionRules.S3Bucket);
        var prefix = map.OptionalText("S3Prefix", RuleActionRules.S3Prefix);
        var key = map.OptionalText("S3SseKmsKeyId", RuleActionRules.KmsKeyId);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.WriteToS3(role!, bucket!, prefix, key, onFailure);
    }

    private static RuleAction.Send? ReadSend(DocumentValue value)
    {
        if (value.Map(["RoleArn", EgressName.Key, "ActionFailurePolicy"]) is not { } map)
        {
            return null;
        }

        var role = Role(map);
        var pool = EgressName.ReadReference(map);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.Send(role!, onFailure) { EgressPool = pool };
    }

    private static (string Name, string Value)? ReadHeader(DocumentValue value)
    {
        if (value.Map(["HeaderName", "HeaderValue"]) is not { } map)
        {
            return null;
        }

        var name = map.Required("HeaderName") is { } nameValue ? HeaderNameReader.Read(nameValue) : null;
        var text = map.Text("HeaderValue", RuleActionRules.HeaderValue);
        return map.Failed ? null : (name!, text!);
    }

    private static RuleAction.RemoveHeader? ReadRemoveHeader(DocumentValue value) =>
        value.Map(["HeaderName"])?.Required("HeaderName") is { } nameValue && HeaderNameReader.Read(nameValue) is { } name
            ? new RuleAction.RemoveHeader(name)
            : null;

    private static RuleAction.Reject? ReadReject(DocumentValue value)
    {
        if (value.Map(["SmtpReplyCode", "StatusCode", "Message"]) is not { } map)
        {
            return null;
        }

        var reply = map.Text("SmtpReplyCode", RuleActionRules.SmtpReplyCode);
        var status = map.Text("StatusCode", RuleActionRules.StatusCode);
        var message = map.Text("Message", RuleActionRules.DiagnosticMessage);
        if (reply is not null && status is not null && reply[0] != status[0])
        {
            value.Error($"SmtpReplyCode {reply} and StatusCode {status} must begin with the same digit");
        }

        return map.Failed ? null : new RuleAction.Reject(reply!, status!, message!);
    }

    private static RuleAction.DeliverToMailbox? ReadDeliverToMailbox(DocumentValue value)
    {
        if (value.Map(["MailboxArn", "RoleArn", "ActionFailurePolicy"]) is not { } map)
        {
            return null;
        }

        var mailbox = map.Text("MailboxArn", RuleActionRules.NameOrArn);
        var role = Role(map);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.DeliverToMailbox(mailbox!, role!, onFailure);
    }

    private static RuleAction.DeliverToQBusiness? ReadDeliverToQBusiness(DocumentValue value)
    {
        if (value.Map(["ApplicationId", "IndexId", "RoleArn", "ActionFailurePolicy"]) is not { } map)
        {
            return null;
        }

        var application = map.Text("ApplicationId", RuleActionRules.QBusinessId);
        var index = map.Text("IndexId", RuleActionRules.QBusinessId);
        var role = Role(map);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.DeliverToQBusiness(application!, index!, role!, onFailure);
    }

    private static RuleAction.PublishToSns? ReadPublishToSns(DocumentValue value)
    {
        if (value.Map(["TopicArn", "RoleArn", "Encoding", "PayloadType", "ActionFailurePolicy"]) is not { } map)
        {
            return null;
        }

        var topic = map.Text("TopicArn", RuleActionRules.TopicArn);
        var role = Role(map);
        var encoding = map.Optional("Encoding")?.Word(RuleWords.SnsEncoding);
        var payload = map.Optional("PayloadType")?.Word(RuleWords.SnsPayloadType);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.PublishToSns(topic!, role!, encoding, payload, onFailure);
    }

    private static RuleAction.Bounce? ReadBounce(DocumentValue value)
    {
        if (value.Map(["RoleArn", "Sender", "StatusCode", "SmtpReplyCode", "DiagnosticMessage", "Message", "ActionFailurePolicy"])
            is not { } map)
        {
            return null;
        }

        var role = Role(map);
        var sender = map.Text("Sender", RuleActionRules.EmailAddress);
        var status = map.Text("StatusCode", RuleActionRules.StatusCode);
        var reply = map.Text("SmtpReplyCode", RuleActionRules.SmtpReplyCode);
        var diagnostic = map.Text("DiagnosticMessage", RuleActionRules.DiagnosticMessage);
        var message = map.OptionalText("Message", RuleActionRules.BounceMessage);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.Bounce(role!, sender!, status!, reply!, diagnostic!, message, onFailure);
    }

    private static RuleAction.InvokeLambda? ReadInvokeLambda(DocumentValue value)
    {
        if (value.Map(["FunctionArn", "InvocationType", "RoleArn", "RetryTimeMinutes", "ActionFailurePolicy"]) is not { } map)
        {
            return null;
        }

        var function = map.Text("FunctionArn", RuleActionRules.FunctionArn);
        var invocation = map.Required("InvocationType")?.Word(RuleWords.LambdaInvocationType);
        var role = Role(map);
        var retry = map.Optional("RetryTimeMinutes")?.Integer(0, MaximumLambdaRetry);
        var onFailure = OnFailure(map);
        return map.Failed ? null : new RuleAction.InvokeLambda(function!, invocation!, role!, retry, onFailure);
    }

    private static string? Role(MapReader map) => map.Text("RoleArn", RuleActionRules.RoleArn);

    private static ActionFailurePolicy? OnFailure(MapReader map) => map.OptionalWord("ActionFailurePolicy", RuleWords.FailurePolicy);
}
