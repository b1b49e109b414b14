using System.Collections.Immutable;

namespace MailManager.Resources.RuleSets;

/// <summary>What a matching rule does (API: union <c>RuleAction</c>, all twelve).</summary>
public abstract record RuleAction
{
    /// <summary>Ends processing for the recipients it covers; nothing is sent to them, and no bounce.</summary>
    public sealed record Drop : RuleAction;

    /// <summary>Hands the message to the SMTP server that the named relay describes.</summary>
    /// <param name="RelayName">Name, id or ARN of a relay.</param>
    /// <param name="MailFrom">Null when not given: PRESERVE.</param>
    /// <param name="OnFailure">Null when not given: CONTINUE.</param>
    public sealed record Relay(string RelayName, MailFrom? MailFrom, ActionFailurePolicy? OnFailure) : RuleAction;

    /// <summary>Adds a header field, also when one of that name exists. Name <c>X-...</c>, at most 64 characters; value 1 to 128.</summary>
    public sealed record AddHeader(string HeaderName, string HeaderValue) : RuleAction;

    /// <summary>Replaces the covered envelope recipients by 1 to 100 others; later rules see the new ones.</summary>
    public sealed record ReplaceRecipient(ImmutableArray<string> ReplaceWith) : RuleAction;

    public sealed record Archive(string TargetArchive, ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record WriteToS3(string RoleArn, string S3Bucket, string? S3Prefix, string? S3SseKmsKeyId, ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record Send(string RoleArn, ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record DeliverToMailbox(string MailboxArn, string RoleArn, ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record DeliverToQBusiness(string ApplicationId, string IndexId, string RoleArn, ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record PublishToSns(
        string TopicArn, string RoleArn, string? Encoding, string? PayloadType, ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record Bounce(
        string RoleArn,
        string Sender,
        string StatusCode,
        string SmtpReplyCode,
        string DiagnosticMessage,
        string? Message,
        ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record InvokeLambda(
        string FunctionArn, string InvocationType, string RoleArn, int? RetryTimeMinutes, ActionFailurePolicy? OnFailure) : RuleAction;
}

/// <summary>What follows when an action cannot be carried out as configured (API: <c>ActionFailurePolicy</c>).</summary>
public enum ActionFailurePolicy
{
    Continue,
    Drop,
}

/// <summary>Which envelope sender a relay is given (API: <c>MailFrom</c>).</summary>
public enum MailFrom
{
    Replace,
    Preserve,
}
