using MailManager.Resources.Binding;

namespace MailManager.Resources.RuleSets;

/// <summary>What the texts of the actions must look like, as the API's model has it; where it differs, why.</summary>
internal static class RuleActionRules
{
    public static readonly TextRule NameOrArn = new(1, 2048, "[a-zA-Z0-9:_/+=,@.#-]+");
    public static readonly TextRule RoleArn = new(20, 2048, "[a-zA-Z0-9:_/+=,@.#-]+");
    public static readonly TextRule FunctionArn = new(20, 2048, "[a-zA-Z0-9:_/+=,@.#-]+");

    /// <summary>The API has <c>X-</c> names only; some others are refused by <see cref="HeaderNameReader"/>.</summary>
    public static readonly TextRule HeaderName = new(1, 64, HeaderNameReader.FieldName, "a field name of RFC 5322");

    // The model has no pattern. The value goes into the message as it stands, where a line break would start another field, and
    // octets over 127 are not allowed without SMTPUTF8.
    public static readonly TextRule HeaderValue = new(1, 128, @"[\t\x20-\x7e]+", "printable ASCII; other text as an RFC 2047 encoded word");

    public static readonly TextRule EmailAddress = new(0, 254, "[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+");
    public static readonly TextRule S3Bucket = new(1, 62, "[a-zA-Z0-9.-]+");
    public static readonly TextRule S3Prefix = new(1, 62, "[a-zA-Z0-9!_.*'()/-]+");
    public static readonly TextRule KmsKeyId = new(20, 2048, "[a-zA-Z0-9-:/]+");
    public static readonly TextRule QBusinessId = new(36, 36, "[a-z0-9-]+");
    public static readonly TextRule TopicArn =
        new(20, 2048, "arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}");

    public static readonly TextRule StatusCode = new(5, 9, @"[45]\.[0-9]{1,3}\.[0-9]{1,3}");
    public static readonly TextRule SmtpReplyCode = new(3, 3, "[45][0-9][0-9]");
    public static readonly TextRule DiagnosticMessage = new(1, 256, @"[\x20-\x7e]+", "printable ASCII");
    public static readonly TextRule BounceMessage = new(1, 500, @"[\r\n\x20-\x7e]+", "printable ASCII and line breaks");
}
