using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.IngressPoints;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.IngressPoints;

public sealed class IngressAuthenticationTests : IDisposable
{
    private const string Arn = "\"arn:aws:secretsmanager:eu-west-1:123456789012:secret:device-login-a1B2c3\"";
    private const string Configuration = $"IngressPointConfiguration: {{ SecretArn: {Arn} }}";
    private const string Printer = "{ Name: printer, SmtpPassword: \"${env:EXCHANGE_PASSWORD}\" }";
    private const string Scanner = "{ Name: scanner@example.com, SecretArn: device-login }";
    private const string Secret = "SecretString: { password: \"${env:EXCHANGE_PASSWORD}\" }\n    PreviousSecretString: '{\"password\": \"before ${env:EXCHANGE_PASSWORD}\"}'";

    private readonly string _directory = Directory.CreateTempSubdirectory("certificates").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Auth_has_a_password_and_credentials_with_secrets_by_name()
    {
        var point = ReadValid(FullDocument.Yaml).IngressPoints[1];

        Assert.Equal(IngressPointType.Auth, point.Type);
        Assert.Equal(new IngressAuthentication.Password(new IngressPassword.FromSecret("device-login")), point.Authentication);
        Assert.Equal(
            [
                new IngressCredential("printer", new IngressPassword.Managed(FullDocument.Password)),
                new IngressCredential("scanner@example.com", new IngressPassword.FromSecret("device-login")),
            ],
            point.Credentials);
    }

    [Fact]
    public void Mtls_has_a_trust_store()
    {
        var point = ReadValid(FullDocument.Yaml).IngressPoints[2];

        Assert.Equal((IngressPointType.Mtls, TlsPolicy.Fips), (point.Type, point.TlsPolicy));
        Assert.Equal(
            new IngressAuthentication.TrustStore(
                $"-----BEGIN CERTIFICATE----- {FullDocument.Password}", "-----BEGIN X509 CRL-----", OnExpiredCrl.Ignore),
            point.Authentication);
    }

    [Fact]
    public void Passwords_and_certificates_are_not_printed()
    {
        var resources = ReadValid(FullDocument.Yaml);
        var texts = resources.IngressPoints.Select(point => point.ToString())
            .Concat(resources.IngressPoints.Select(point => point.Authentication.ToString()))
            .Concat(resources.IngressPoints.SelectMany(point => point.Credentials).Select(credential => credential.ToString()))
            .Append(new IngressAuthentication.Password(new IngressPassword.Managed(FullDocument.Password)).ToString())
            .ToArray();

        Assert.Contains(texts, text => text.Contains("printer", StringComparison.Ordinal));
        Assert.DoesNotContain(texts, text => text.Contains("hunter", StringComparison.Ordinal));
        Assert.DoesNotContain(texts, text => text.Contains("BEGIN", StringComparison.Ordinal));
    }

    [Fact]
    public void The_expired_list_disables_its_authority_by_default_and_a_list_may_be_absent()
    {
        var yaml = FullDocument.Yaml
            .Replace("          OnExpiredCrl: IGNORE\n", "", StringComparison.Ordinal)
            .Replace("          CrlContent: \"-----BEGIN X509 CRL-----\"\n", "", StringComparison.Ordinal);

        var store = Assert.IsType<IngressAuthentication.TrustStore>(ReadValid(yaml).IngressPoints[2].Authentication);

        Assert.Equal((null, OnExpiredCrl.DisableCa), (store.CrlContent, store.OnExpiredCrl));
    }

    [Theory]
    [InlineData("{ SmtpPassword: hunter2 }", ".SmtpPassword: the value must have 8 to 64")]
    [InlineData("{ SmtpPassword: hunter 22 }", ".SmtpPassword: the value does not match [A-Za-z0-9!@#$%^&*()_+\\-=\\[\\]{}|.,?]+")]
    [InlineData("{ SmtpPassword: [hunter22] }", ".SmtpPassword: must be text, not a list")]
    [InlineData("{ SmtpPassword: 'hunter22${env:NO}' }", ".SmtpPassword: the environment variable 'NO' is not set")]
    [InlineData("{ SmtpPassword: hunter22,hunter }", ": has a key without a value; put passwords with punctuation in quotes")]
    [InlineData("{ SmtpPassword: hunter22, SecretArn: device-login }", ": must have exactly one of SmtpPassword, SecretArn, TlsAuthConfiguration; got SmtpPassword and SecretArn")]
    [InlineData("{ Password: hunter22 }", ": 'Password' is not a known key; did you mean SmtpPassword?")]
    [InlineData("{}", ": must have exactly one of SmtpPassword, SecretArn, TlsAuthConfiguration; got none")]
    [InlineData("{ SecretArn: device login }", ".SecretArn: 'device login' does not match [a-zA-Z0-9/_+=.@-]+")]
    [InlineData("{ SecretArn: device-logon }", ".SecretArn: no secret is named 'device-logon'; did you mean 'device-login'?")]
    [InlineData("{ TlsAuthConfiguration: { TrustStore: { CAContent: abc } } }", ": TlsAuthConfiguration does not belong to an ingress point of type AUTH")]
    public void Passwords_are_checked_without_showing_them(string configuration, string expected)
    {
        Changing(Configuration, $"IngressPointConfiguration: {configuration}", $"IngressPoints[1].IngressPointConfiguration{expected}");
        Assert.DoesNotContain("hunter", expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ SmtpPassword: 'ab,{}[]#$${x}' }", "ab,{}[]#${x}")]
    [InlineData("{ SmtpPassword: 12345678 }", "12345678")]
    public void Passwords_may_have_punctuation(string configuration, string expected)
    {
        var yaml = FullDocument.Yaml.Replace(Configuration, $"IngressPointConfiguration: {configuration}", StringComparison.Ordinal);

        Assert.Equal(
            new IngressAuthentication.Password(new IngressPassword.Managed(expected)), ReadValid(yaml).IngressPoints[1].Authentication);
    }

    [Fact]
    public void Values_stand_for_themselves_in_a_request()
    {
        var json = """
            { "IngressPointName": "requested", "Type": "AUTH", "RuleSetId": "r", "TrafficPolicyId": "p", "Listeners": ["127.0.0.1:0"],
              "IngressPointConfiguration": { "SmtpPassword": "${file}$${x}" } }
            """u8;
        var context = new ReadContext();
        var node = DocumentReader.Read(json.ToArray(), "request", DocumentFormat.Json, context.Errors);

        var point = IngressPointReader.Read(new(node!, DocumentPath.Root, context), substitution: null);

        Assert.Equal(new IngressAuthentication.Password(new IngressPassword.Managed("${file}$${x}")), point!.Authentication);
    }

    [Theory]
    [InlineData("TlsAuthConfiguration:", "TlsAuthConfigurations:", ": 'TlsAuthConfigurations' is not a known key; did you mean TlsAuthConfiguration?")]
    [InlineData("CAContent: \"-----BEGIN CERTIFICATE----- ${env:EXCHANGE_PASSWORD}\"", "CAContent: ''", ".TlsAuthConfiguration.TrustStore.CAContent: the value must have 1 to 500000")]
    [InlineData("CrlContent: \"-----BEGIN X509 CRL-----\"", "CrlContent: \"hunter\\0\"", ".TlsAuthConfiguration.TrustStore.CrlContent: the value does not match [\\P{C}\\s]* (PEM text)")]
    [InlineData("CrlContent: \"-----BEGIN X509 CRL-----\"", "CrlContent: '${file:no.pem}'", ".TlsAuthConfiguration.TrustStore.CrlContent: the file 'no.pem' does not exist")]
    [InlineData("KmsKeyArn: \"arn:aws:kms:eu-west-1:123456789012:key/k\"", "KmsKeyArn: k", ".TlsAuthConfiguration.TrustStore.KmsKeyArn: 'k' does not match arn:aws(|-cn|-us-gov|-eusc):kms:[a-z0-9-]{1,20}:[0-9]{12}:(key|alias)/.+")]
    [InlineData("OnExpiredCrl: IGNORE", "OnExpiredCrl: ALLOW", ".TlsAuthConfiguration.TrustStore.OnExpiredCrl: 'ALLOW' is not one of DISABLE_CA, IGNORE")]
    [InlineData("OnExpiredCrl: IGNORE", "OnExpired: IGNORE", ".TlsAuthConfiguration.TrustStore: 'OnExpired' is not a known key; did you mean OnExpiredCrl?")]
    public void Trust_stores_are_checked(string from, string to, string expected) =>
        Changing(from, to, $"IngressPoints[2].IngressPointConfiguration{expected}");

    [Theory]
    [InlineData("{ TlsAuthConfiguration: {} }", ".TlsAuthConfiguration: TrustStore is missing")]
    [InlineData("{ TlsAuthConfiguration: { TrustStore: {} } }", ".TlsAuthConfiguration.TrustStore: CAContent is missing")]
    [InlineData("{ SecretArn: device-login }", ": SecretArn does not belong to an ingress point of type MTLS")]
    public void Mtls_needs_a_trust_store(string configuration, string expected) =>
        Assert.Equal(
            [$"mailmanager.yaml:5: IngressPoints[0].IngressPointConfiguration{expected}"],
            Read(Minimal("MTLS", $"IngressPointConfiguration: {configuration}")).Errors);

    [Theory]
    [InlineData("AUTH")]
    [InlineData("MTLS")]
    public void Auth_and_mtls_need_a_configuration(string type) =>
        Assert.Equal(
            ["mailmanager.yaml:2: IngressPoints[0]: IngressPointConfiguration is missing"], Read(Minimal(type, "TlsPolicy: REQUIRED")).Errors);

    [Fact]
    public void Open_has_no_configuration() =>
        Changing(
            "TlsPolicy: OPTIONAL",
            "IngressPointConfiguration: { SmtpPassword: abcdefgh }",
            "IngressPoints[0].IngressPointConfiguration: SmtpPassword does not belong to an ingress point of type OPEN");

    [Theory]
    [InlineData("{ SecretString: { username: svc, password: hunter } }", "the secret 'device-login' has the key 'username'; an ingress point's secret has exactly password")]
    [InlineData("{ SecretString: { Password: hunter } }", "the secret 'device-login' has the key 'Password'; an ingress point's secret has exactly password|the secret 'device-login' has no key 'password'; an ingress point's secret has exactly password")]
    [InlineData("{ SecretString: { password: '' } }", "the password of the secret 'device-login' must have 1 to 256 characters")]
    [InlineData("{ SecretString: { password: hünter } }", "the password of the secret 'device-login' has characters that are not printable ASCII, such as a line break or an umlaut")]
    [InlineData("{ SecretString: { password: \"hunter\\n\" } }", "the password of the secret 'device-login' has characters that are not printable ASCII, such as a line break or an umlaut")]
    [InlineData("{ SecretString: { password: hunter }, PreviousSecretString: { pass: hunter } }", "the previous version of the secret 'device-login' has the key 'pass'; an ingress point's secret has exactly password|the previous version of the secret 'device-login' has no key 'password'; an ingress point's secret has exactly password")]
    [InlineData("{ SecretString: { password: hunter }, PreviousSecretString: { password: \"hunter\\t\" } }", "the password of the previous version of the secret 'device-login' has characters that are not printable ASCII, such as a line break or an umlaut")]
    public void The_secret_has_exactly_a_password(string secret, string expected)
    {
        var (_, errors) = Read(Minimal("AUTH", "IngressPointConfiguration: { SecretArn: device-login }", secret));

        Assert.Equal(
            expected.Split('|').Select(message => $"mailmanager.yaml:5: IngressPoints[0].IngressPointConfiguration.SecretArn: {message}"),
            errors);
        Assert.DoesNotContain(errors, error => error.Contains("hunter", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public void A_password_in_a_secret_has_up_to_256_characters(int length, bool isValid)
    {
        var password = new string('~', length);

        var (resources, _) = Read(FullDocument.Yaml.Replace(Secret, $"SecretString: {{ password: '{password}' }}", StringComparison.Ordinal));

        Assert.Equal(isValid, resources is not null);
    }

    [Theory]
    [InlineData(Printer, "{ SmtpPassword: hunter22 }", "[0]: Name is missing")]
    [InlineData(Printer, "{ Name: printer }", "[0]: must have exactly one of SmtpPassword, SecretArn; got none")]
    [InlineData(Printer, "{ Name: printer, SmtpPassword: hunter22, SecretArn: device-login }", "[0]: must have exactly one of SmtpPassword, SecretArn; got both")]
    [InlineData(Printer, "{ Name: printer, SmtpPasswort: hunter22 }", "[0]: 'SmtpPasswort' is not a known key; did you mean SmtpPassword?")]
    [InlineData(Printer, "{ Name: printer, SmtpPassword: hun,ter }", "[0]: has a key without a value; put passwords with punctuation in quotes")]
    [InlineData(Printer, "{ Name: printer, SmtpPassword: hunter }", "[0].SmtpPassword: the value must have 8 to 64")]
    [InlineData(Printer, "{ Name: 'the printer', SmtpPassword: hunter22 }", "[0].Name: 'the printer' does not match [A-Za-z0-9_.@-]+")]
    [InlineData(Printer, "{ Name: '', SmtpPassword: hunter22 }", "[0].Name: '' has 0 characters, must have 1 to 64")]
    [InlineData(Printer, "{ Name: submission, SmtpPassword: hunter22 }", "[0].Name: 'submission' is the ingress point's own name, whose password is in IngressPointConfiguration")]
    [InlineData(Printer, "printer", "[0]: must be a map, not text")]
    [InlineData(Scanner, "{ Name: scanner, SecretArn: as-json }", "[1].SecretArn: the secret 'as-json' has the key 'username'; an ingress point's secret has exactly password")]
    [InlineData(Scanner, "{ Name: scanner, SecretArn: nothing }", "[1].SecretArn: no secret is named 'nothing'")]
    public void Credentials_are_checked_without_showing_them(string from, string to, string expected)
    {
        Changing(from, to, $"IngressPoints[1].Credentials{expected}");
        Assert.DoesNotContain("hunter", expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_credentials_are_unique()
    {
        var line = FullDocument.Yaml[..FullDocument.Yaml.IndexOf(Printer, StringComparison.Ordinal)].Count(c => c == '\n') + 1;

        Changing(Scanner, "{ Name: printer, SecretArn: device-login }", $"IngressPoints[1].Credentials[1].Name: another credential here is named 'printer', on line {line}");
        Changing(Scanner, "{ Name: Printer, SecretArn: device-login }");
    }

    [Theory]
    [InlineData("TlsPolicy: OPTIONAL", 0, "OPEN")]
    [InlineData("TlsPolicy: FIPS", 2, "MTLS")]
    public void Credentials_belong_to_auth(string instead, int index, string type) =>
        Changing(instead, "Credentials: []", $"IngressPoints[{index}].Credentials: does not belong to an ingress point of type {type}");

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Credentials_have_a_maximum(int count, bool isValid)
    {
        var credentials = string.Join(", ", Enumerable.Range(0, count).Select(n => $"{{ Name: c{n}, SmtpPassword: abcdefgh }}"));

        var (_, errors) = Read(
            FullDocument.Yaml.Replace($"\n      - {Printer}\n      - {Scanner}", $" [{credentials}]", StringComparison.Ordinal));

        Assert.Equal(
            isValid ? [] : [$"IngressPoints[1].Credentials: has {count} entries, must have at most 1000"],
            errors.Select(error => error[error.IndexOf("Ingress", StringComparison.Ordinal)..]));
    }

    [Theory]
    [InlineData(500_000, null)]
    [InlineData(500_001, "the value must have 1 to 500000")]
    [InlineData(2_000_001, "the file 'ca.pem' is larger than 2000000 octets")]
    public void Certificates_come_from_files_larger_than_secrets(int length, string? expected)
    {
        File.WriteAllText(Path.Combine(_directory, "ca.pem"), new string('a', length) + (length == 500_000 ? "\n" : ""));
        const string Content = "\"-----BEGIN CERTIFICATE----- ${env:EXCHANGE_PASSWORD}\"";

        var (resources, errors) = Read(
            FullDocument.Yaml.Replace(Content, "'${file:ca.pem}'", StringComparison.Ordinal), directory: _directory);

        Assert.Equal(expected is null, resources is not null);
        Assert.All(errors, error => Assert.EndsWith($"TrustStore.CAContent: {expected}", error, StringComparison.Ordinal));
    }

    /// <summary>An ingress point with the given line as fifth, and what it needs.</summary>
    private static string Minimal(string type, string line, string secret = "{ SecretString: { password: abcdefgh } }") =>
        $$"""
        IngressPoints:
          - IngressPointName: point
            Type: {{type}}
            Listeners: ["127.0.0.1:0"]
            {{line}}
            RuleSetId: rules
            TrafficPolicyId: policy
        RuleSets: [{ RuleSetName: rules, Rules: [] }]
        TrafficPolicies: [{ TrafficPolicyName: policy, DefaultAction: ALLOW, PolicyStatements: [] }]
        Secrets: [{ Name: device-login, {{secret[1..^1]}} }]
        """;
}
