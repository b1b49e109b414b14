using CsCheck;
using MailManager.Resources.AddressLists;
using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.Relays;
using MailManager.Resources.RuleSets;
using MailManager.Resources.Secrets;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Resources.Tests;

/// <summary>
/// Compares the limits, patterns and words in the code with those of Mail Manager's API model, copied here (botocore's
/// service-2.json of 2026-07-06). 
/// </summary>
public class ApiModelTests
{
    private static readonly Dictionary<string, TextRule> Rules = new()
    {
        ["TrafficPolicyName"] = TrafficPolicyReader.Name,
        ["RuleSetName"] = RuleSetReader.Name,
        ["RuleName"] = RuleReader.RuleName,
        ["RelayName"] = RelayReader.Name,
        ["RelayServerName"] = RelayServerReader.Name,
        ["IngressPointName"] = IngressPointReader.Name,
        ["TrafficPolicyId"] = IngressPointReader.NameOrId,
        ["SecretArn"] = SecretName.Arn,
        ["SmtpPassword"] = IngressPasswordReader.SmtpPassword,
        ["CAContent"] = IngressPointConfigurationReader.Certificates,
        ["KmsKeyArn"] = IngressPointConfigurationReader.KmsKeyArn,
        ["AnalyzerArn"] = AnalysisReader.Analyzer,
        ["ResultField"] = AnalysisReader.ResultField,
        ["RuleStringValue"] = RuleConditionReader.StringValue,
        ["RuleIpStringValue"] = RuleConditionReader.IpValue,
        ["IdOrArn"] = RuleActionRules.NameOrArn,
        ["IamRoleArn"] = RuleActionRules.RoleArn,
        ["LambdaFunctionArn"] = RuleActionRules.FunctionArn,
        ["HeaderValue"] = RuleActionRules.HeaderValue,
        ["AddressListName"] = AddressListName.Name,
        ["EmailAddress"] = RuleActionRules.EmailAddress,
        ["S3Bucket"] = RuleActionRules.S3Bucket,
        ["S3Prefix"] = RuleActionRules.S3Prefix,
        ["KmsKeyId"] = RuleActionRules.KmsKeyId,
        ["QBusinessApplicationId"] = RuleActionRules.QBusinessId,
        ["SnsTopicArn"] = RuleActionRules.TopicArn,
        ["StatusCode"] = RuleActionRules.StatusCode,
        ["SmtpReplyCode"] = RuleActionRules.SmtpReplyCode,
        ["DiagnosticMessage"] = RuleActionRules.DiagnosticMessage,
        ["BounceMessage"] = RuleActionRules.BounceMessage,
    };

    public static TheoryData<string, int, int, string?> Texts => new()
    {
        { "TrafficPolicyName", 3, 63, @"[A-Za-z0-9_\-]+" },
        { "RuleSetName", 1, 100, "[a-zA-Z0-9_.-]+" },
        { "RuleName", 1, 32, "[a-zA-Z0-9_.-]+" },
        { "RelayName", 1, 100, "[a-zA-Z0-9-_]+" },
        { "RelayServerName", 1, 100, @"[a-zA-Z0-9-\.]+" },
        { "IngressPointName", 3, 63, @"[A-Za-z0-9_\-]+" },
        { "TrafficPolicyId", 1, 100, null },
        { "SecretArn", 0, int.MaxValue, @"arn:(aws|aws-cn|aws-us-gov|aws-eusc):secretsmanager:[a-z0-9-]+:\d{12}:secret:[a-zA-Z0-9/_+=,.@-]+" },
        { "SmtpPassword", 8, 64, @"[A-Za-z0-9!@#$%^&*()_+\-=\[\]{}|.,?]+" },
        { "CAContent", 1, 500000, @"[\P{C}\s]*" },
        { "KmsKeyArn", 0, int.MaxValue, "arn:aws(|-cn|-us-gov|-eusc):kms:[a-z0-9-]{1,20}:[0-9]{12}:(key|alias)/.+" },
        { "AnalyzerArn", 1, int.MaxValue, "[a-zA-Z0-9:_/+=,@.#-]+" },
        { "ResultField", 1, 256, @"(addon\.)?[\sa-zA-Z0-9_]+" },
        { "RuleStringValue", 1, 4096, null },
        { "RuleIpStringValue", 1, 43, null },
        { "IdOrArn", 1, 2048, "[a-zA-Z0-9:_/+=,@.#-]+" },
        { "IamRoleArn", 20, 2048, "[a-zA-Z0-9:_/+=,@.#-]+" },
        { "LambdaFunctionArn", 20, 2048, "[a-zA-Z0-9:_/+=,@.#-]+" },
        { "HeaderValue", 1, 128, @"[\t\x20-\x7e]+" }, // no pattern in the model: see RuleActionRules
        { "AddressListName", 1, 255, "[a-zA-Z0-9_.-]+" },
        { "EmailAddress", 0, 254, "[a-zA-Z0-9._+-]+@[a-zA-Z0-9.-]+" },
        { "S3Bucket", 1, 62, "[a-zA-Z0-9.-]+" },
        { "S3Prefix", 1, 62, "[a-zA-Z0-9!_.*'()/-]+" },
        { "KmsKeyId", 20, 2048, "[a-zA-Z0-9-:/]+" },
        { "QBusinessApplicationId", 36, 36, "[a-z0-9-]+" },
        { "SnsTopicArn", 20, 2048, @"arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:[a-z0-9-]+:\d{12}:[\w\-]{1,256}" },
        { "StatusCode", 5, 9, @"[45]\.[0-9]{1,3}\.[0-9]{1,3}" },
        { "SmtpReplyCode", 3, 3, "[45][0-9][0-9]" },
        { "DiagnosticMessage", 1, 256, @"[\x20-\x7e]+" },
        { "BounceMessage", 1, 500, @"[\r\n\x20-\x7e]+" },
    };

    /// <summary>The words of the model, those that are here besides (+), and what the code has.</summary>
    public static TheoryData<string[], string[], IEnumerable<string>> Words => new()
    {
        { ["ALLOW", "DENY"], [], OperatorWords.AcceptAction.All },
        { ["EQUALS", "NOT_EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS"], ["MATCHES", "NOT_MATCHES"], OperatorWords.String.All },
        { ["CIDR_MATCHES", "NOT_CIDR_MATCHES"], [], OperatorWords.Ip.All },
        { ["EQUALS", "NOT_EQUALS", "LESS_THAN", "GREATER_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN_OR_EQUAL"], [], OperatorWords.Number.All },
        { ["IS_TRUE", "IS_FALSE"], [], OperatorWords.Boolean.All },
        { ["EQUALS", "NOT_EQUALS"], [], OperatorWords.Verdict.All },
        { ["MINIMUM_TLS_VERSION", "IS"], [], PolicyWords.TlsOperator.All },
        { ["TLS1_2", "TLS1_3"], [], PolicyWords.TlsVersion.All },
        { ["RECIPIENT"], [], PolicyWords.AddressAttribute.All },
        { ["RECIPIENT"], ["RECIPIENT_DOMAIN", "MAIL_FROM", "MAIL_FROM_DOMAIN", "HELO", "REVERSE_DNS"], PolicyWords.StringAttribute.All },
        {
            ["MAIL_FROM", "HELO", "RECIPIENT", "SENDER", "FROM", "SUBJECT", "TO", "CC"],
            [
                "MAIL_FROM_DOMAIN", "RECIPIENT_DOMAIN", "FROM_DOMAIN", "MESSAGE_ID", "REVERSE_DNS", "ATTACHMENT_NAME", "ATTACHMENT_TYPE",
            ],
            RuleWords.StringAttribute.All
        },
        { ["MESSAGE_SIZE"], ["ATTACHMENT_COUNT", "ATTACHMENT_SIZE"], RuleWords.NumberAttribute.All },
        { ["READ_RECEIPT_REQUESTED", "TLS", "TLS_WRAPPED"], ["HAS_ATTACHMENTS", "TOO_COMPLEX"], RuleWords.BooleanAttribute.All },
        { ["RECIPIENT", "MAIL_FROM", "SENDER", "FROM", "TO", "CC"], [], RuleWords.AddressListAttribute.All },
        {
            [
                "CN", "SAN_RFC822_NAME", "SAN_DNS_NAME", "SAN_DIRECTORY_NAME", "SAN_UNIFORM_RESOURCE_IDENTIFIER", "SAN_IP_ADDRESS",
                "SAN_REGISTERED_ID", "SERIAL_NUMBER",
            ],
            [],
            RuleWords.ClientCertificateAttribute.All
        },
        { ["SPF", "DKIM"], ["DMARC", "ARC"], RuleWords.VerdictAttribute.All },
        { ["PASS", "FAIL", "GRAY", "PROCESSING_FAILED"], [], RuleWords.Verdict.All },
        { ["NONE", "QUARANTINE", "REJECT"], [], RuleWords.DmarcPolicy.All },
        { ["CONTINUE", "DROP"], [], RuleWords.FailurePolicy.All },
        { ["REPLACE", "PRESERVE"], [], RuleWords.MailFrom.All },
        { ["UTF-8", "BASE64"], [], RuleWords.SnsEncoding },
        { ["HEADERS", "CONTENT"], [], RuleWords.SnsPayloadType },
        { ["EVENT", "REQUEST_RESPONSE"], [], RuleWords.LambdaInvocationType },
        { ["OPEN", "AUTH", "MTLS"], [], IngressPointWords.Type.All },
        { ["REQUIRED", "OPTIONAL", "FIPS"], [], IngressPointWords.TlsPolicy.All },
        { ["IPV4", "DUAL_STACK"], [], IngressPointWords.IpType.All },
        { ["CSV", "JSON"], [], AddressListReader.ImportType.All },
    };

    /// <summary>Texts for which more is allowed here, and texts that the model allows.</summary>
    public static TheoryData<string, Gen<string>> Wider => new()
    {
        { nameof(RuleActionRules.HeaderName), Gen.Select(Gen.OneOf(Gen.Const("X-"), Gen.Const("x-")), Letters("-", 62)).Select((x, rest) => x + rest) },
        { nameof(RuleOperandReader.MimeHeader), Letters("-", 256).Select(rest => "X-" + rest) },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Texts_have_the_limits_of_the_model(string shape, int minimum, int maximum, string? pattern)
    {
        var rule = Rules[shape];
        Assert.Equal((minimum, maximum), (rule.Minimum, rule.Maximum));
        Assert.Equal(Normal(pattern), Normal(rule.Pattern));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Words_are_those_of_the_model(string[] model, string[] more, IEnumerable<string> code) =>
        Assert.Equal([.. model, .. more], code);

    [Theory]
    [MemberData(nameof(Wider))]
    public void Texts_of_the_model_are_allowed_where_more_is(string rule, Gen<string> model)
    {
        var allowed = rule == nameof(RuleActionRules.HeaderName) ? RuleActionRules.HeaderName : RuleOperandReader.MimeHeader;
        model.Sample(text => Assert.Null(allowed.ProblemWith(text)), iter: 500);
    }

    [Fact]
    public void Every_value_of_an_enumeration_has_one_word()
    {
        AssertComplete(OperatorWords.AcceptAction);
        AssertComplete(OperatorWords.String);
        AssertComplete(OperatorWords.Ip);
        AssertComplete(OperatorWords.Number);
        AssertComplete(OperatorWords.Boolean);
        AssertComplete(OperatorWords.Verdict);
        AssertComplete(PolicyWords.TlsOperator);
        AssertComplete(PolicyWords.TlsVersion);
        AssertComplete(PolicyWords.StringAttribute);
        AssertComplete(RuleWords.StringAttribute);
        AssertComplete(RuleWords.NumberAttribute);
        AssertComplete(RuleWords.BooleanAttribute);
        AssertComplete(RuleWords.AddressListAttribute);
        AssertComplete(RuleWords.ClientCertificateAttribute);
        AssertComplete(RuleWords.VerdictAttribute);
        AssertComplete(RuleWords.Verdict);
        AssertComplete(RuleWords.DmarcPolicy);
        AssertComplete(RuleWords.FailurePolicy);
        AssertComplete(RuleWords.MailFrom);
        AssertComplete(RelayReader.TlsWords);
        AssertComplete(AddressListReader.ImportType);
        AssertComplete(IngressPointWords.Type);
        AssertComplete(IngressPointWords.TlsPolicy);
        AssertComplete(IngressPointWords.IpType);
        AssertComplete(IngressPointWords.OnExpiredCrl);
        AssertComplete(IngressPointWords.ListenerTls);
        AssertComplete(IngressPointWords.ListenerProtocol);
        AssertComplete(IngressPointWords.ProtectionFailure);
    }

    private static Gen<string> Letters(string more, int maximum) =>
        Gen.Char["abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + more].Array[1, maximum].Select(letters => new string(letters));

    private static void AssertComplete<T>(WireWords<T> words)
        where T : struct, Enum
    {
        Assert.Equal(Enum.GetValues<T>().Length, words.All.Length);
        Assert.All(Enum.GetValues<T>(), value => Assert.Equal(value, words.Find(words.WordOf(value))));
    }

    /// <summary>The model's dialect escapes more, has short names for ASCII classes and puts the hyphen of a class in other places.</summary>
    private static string? Normal(string? pattern) => pattern?
        .Replace(@"[\P{C}\s]", "<printable>", StringComparison.Ordinal)
        .Replace(@"\d", "[0-9]", StringComparison.Ordinal)
        .Replace(@"[\w\-]", "[A-Za-z0-9_-]", StringComparison.Ordinal)
        .Replace(@"[\sa", @"[ \t\r\n\f\va", StringComparison.Ordinal)
        .Replace(@"_\-]", "_-]", StringComparison.Ordinal)
        .Replace("-_]", "_-]", StringComparison.Ordinal)
        .Replace(@"-\.]", ".-]", StringComparison.Ordinal);
}
