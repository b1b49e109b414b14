using System.Collections.Immutable;

namespace MailManager.Resources.RuleSets;

/// <summary>What a matching rule does (API: union <c>RuleAction</c>, all twelve, (+) and more).</summary>
public abstract record RuleAction
{
    /// <summary>Ends processing for the recipients it covers; nothing is sent to them, and no bounce.</summary>
    public sealed record Drop : RuleAction;

    /// <summary>Hands the message to the SMTP server that the named relay describes.</summary>
    /// <param name="RelayName">Name, id or ARN of a relay.</param>
    /// <param name="MailFrom">Null when not given: PRESERVE.</param>
    /// <param name="OnFailure">Null when not given: CONTINUE.</param>
    public sealed record Relay(string RelayName, MailFrom? MailFrom, ActionFailurePolicy? OnFailure) : RuleAction
    {
        /// <summary>(+) Name of the egress pool or source from which the message leaves; null: that of the relay or destination.</summary>
        public string? EgressPool { get; init; }
    }

    /// <summary>
    /// Adds a header field, also when one of that name exists. Name <c>X-...</c>, (+) or any that <see cref="RuleActionRules.HeaderName"/> allows, at most 64
    /// characters; value 1 to 128.
    /// </summary>
    public sealed record AddHeader(string HeaderName, string HeaderValue) : RuleAction;

    /// <summary>(+) Takes all header fields of that name away and adds one.</summary>
    public sealed record SetHeader(string HeaderName, string HeaderValue) : RuleAction;

    /// <summary>(+) Takes all header fields of that name away.</summary>
    public sealed record RemoveHeader(string HeaderName) : RuleAction;

    /// <summary>Replaces the covered envelope recipients by 1 to 100 others; later rules see the new ones.</summary>
    public sealed record ReplaceRecipient(ImmutableArray<string> ReplaceWith) : RuleAction;

    /// <summary>(+) Replaces each covered recipient by what a table says for it; one that is not in the table stays.</summary>
    /// <param name="Mapping">1 to 10,000 entries, each From once.</param>
    public sealed record MapRecipient(ImmutableArray<RecipientMapping> Mapping) : RuleAction;

    /// <summary>
    /// (+) Replaces each covered recipient in which a regular expression of .NET's non-backtracking kind matches the whole address; another stays.
    /// </summary>
    /// <param name="Pattern">1 to 4096 characters; case is ignored.</param>
    /// <param name="ReplaceWith">
    /// The new address, in which <c>$1</c>, <c>${name}</c> and <c>$$</c> stand for groups and for a dollar sign.
    /// </param>
    public sealed record RewriteRecipient(string Pattern, string ReplaceWith) : RuleAction;

    /// <summary>
    /// (+) Ends processing for the recipients it covers, with a refusal in the SMTP session when these are all recipients and nothing is done for
    /// any of them, else with a notification to the sender.
    /// </summary>
    /// <param name="SmtpReplyCode"><c>4xx</c> or <c>5xx</c>.</param>
    /// <param name="StatusCode"><c>4.x.y</c> or <c>5.x.y</c>, of the same class.</param>
    /// <param name="Message">1 to 256 printable ASCII characters.</param>
    public sealed record Reject(string SmtpReplyCode, string StatusCode, string Message) : RuleAction;

    public sealed record Archive(string TargetArchive, ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record WriteToS3(string RoleArn, string S3Bucket, string? S3Prefix, string? S3SseKmsKeyId, ActionFailurePolicy? OnFailure) : RuleAction;

    public sealed record Send(string RoleArn, ActionFailurePolicy? OnFailure) : RuleAction
    {
        /// <summary>(+) Name of the egress pool or source from which the message leaves; null: that of the destination.</summary>
        public string? EgressPool { get; init; }
    }

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

/// <summary>(+) One entry of a mapping table.</summary>
/// <param name="From">An address, or <c>@domain</c> for all in it; an address takes precedence.</param>
/// <param name="To">1 to 100 addresses; <c>@domain</c> keeps the local part.</param>
public sealed record RecipientMapping(string From, ImmutableArray<string> To);

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
