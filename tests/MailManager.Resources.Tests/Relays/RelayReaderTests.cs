using MailManager.Resources.Relays;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.Relays;

public class RelayReaderTests
{
    [Fact]
    public void Relays_become_records()
    {
        var relays = ReadValid(FullDocument.Yaml).Relays;

        Assert.Equal(
            new Relay
            {
                RelayName = "to-exchange",
                Servers = relays[0].Servers,
                Authentication = new RelayAuthentication.FromSecret("exchange-login"),
                Tls = RelayTls.Required,
                TlsOptions = relays[0].TlsOptions,
                Tags = relays[0].Tags,
            },
            relays[0]);
        Assert.Equal([new RelayServer("exchange.example.com", 587)], relays[0].Servers);
        Assert.Equal(new RelayAuthentication.None(), relays[1].Authentication);
        Assert.Equal(RelayTls.None, relays[1].Tls);
    }

    [Fact]
    public void Tls_is_opportunistic_by_default()
    {
        var relay = ReadValid("Relays: [{ RelayName: r, ServerName: mx, ServerPort: 25, Authentication: { NoAuthentication: {} } }]").Relays[0];

        Assert.Equal(RelayTls.Opportunistic, relay.Tls);
    }

    [Theory]
    [InlineData("RelayName: plain", "RelayName: a.b", "Relays[1].RelayName: 'a.b' does not match [a-zA-Z0-9_-]+")]
    [InlineData("ServerName: exchange.example.com", "ServerName: ex_change", "Relays[0].ServerName: 'ex_change' does not match [a-zA-Z0-9.-]+")]
    [InlineData("ServerName: exchange.example.com", "ServerName: a..b", "Relays[0].ServerName: 'a..b' is neither a host name nor an IP address")]
    [InlineData("ServerName: exchange.example.com", "ServerName: 10.0.0.256", "Relays[0].ServerName: '10.0.0.256' is neither a host name nor an IP address")]
    [InlineData("ServerName: exchange.example.com", "ServerName: ''", "Relays[0].ServerName: '' has 0 characters, must have 1 to 100")]
    [InlineData("ServerPort: 587", "ServerPort: 0", "Relays[0].ServerPort: '0' is not a whole number from 1 to 65535")]
    [InlineData("ServerPort: 587", "ServerPort: 65536", "Relays[0].ServerPort: '65536' is not a whole number from 1 to 65535")]
    [InlineData("Tls: REQUIRED", "Tls: STARTTLS", "Relays[0].Tls: 'STARTTLS' is not one of NONE, OPPORTUNISTIC, REQUIRED, IMPLICIT")]
    [InlineData("Tls: REQUIRED", "Tls: NONE", "Relays[0].Tls: NONE would send the credentials in clear text; with a SecretArn use REQUIRED, IMPLICIT or OPPORTUNISTIC, or set AllowCleartextAuthentication")]
    [InlineData("Tls: REQUIRED", "TLS: REQUIRED", "Relays[0]: 'TLS' is not a known key; did you mean Tls?")]
    [InlineData("{ SecretArn: exchange-login }", "{}", "Relays[0].Authentication: must have exactly one of SecretArn, NoAuthentication, OAuth; got none")]
    [InlineData("{ SecretArn: exchange-login }", "{ SecretArn: exchange-login, NoAuthentication: {} }", "Relays[0].Authentication: must have exactly one of SecretArn, NoAuthentication, OAuth; got SecretArn and NoAuthentication")]
    [InlineData("{ SecretArn: exchange-login }", "{ SecretArn: 'a b' }", "Relays[0].Authentication.SecretArn: 'a b' does not match [a-zA-Z0-9/_+=.@-]+")]
    [InlineData("{ SecretArn: exchange-login }", "{ SecretArn: 'arn:aws:s3:::x' }", "Relays[0].Authentication.SecretArn: 'arn:aws:s3:::x' does not match arn:(aws|aws-cn|aws-us-gov|aws-eusc):secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[a-zA-Z0-9/_+=,.@-]+")]
    [InlineData("{ SecretArn: exchange-login }", "{ SecretArn: exchange-logon }", "Relays[0].Authentication.SecretArn: no secret is named 'exchange-logon'; did you mean 'exchange-login'?")]
    public void Members_are_checked(string from, string to, string expected) => Changing(from, to, expected);

    [Fact]
    public void Everything_required_is_named()
    {
        Assert.Equal(
            [
                "mailmanager.yaml:1: Relays[0]: RelayName is missing",
                "mailmanager.yaml:1: Relays[0]: ServerName is missing",
                "mailmanager.yaml:1: Relays[0]: ServerPort is missing",
                "mailmanager.yaml:1: Relays[0]: Authentication is missing",
            ],
            Read("Relays: [{}]").Errors);
    }

    [Theory]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:exchange-login")]
    [InlineData("arn:aws:secretsmanager:eu-west-1:123456789012:secret:exchange-login-AbC123")]
    public void A_secret_is_found_by_arn_and_known_by_name_afterwards(string arn)
    {
        var yaml = FullDocument.Yaml.Replace("SecretArn: exchange-login", $"SecretArn: '{arn}'", StringComparison.Ordinal);

        Assert.Equal(new RelayAuthentication.FromSecret("exchange-login"), ReadValid(yaml).Relays[0].Authentication);
    }

    [Theory]
    [InlineData("{ username: u, password: pw-pw, token: t }", "the secret 's' has the key 'token'; a relay's secret has exactly username and password")]
    [InlineData("{ username: u }", "the secret 's' has no key 'password'; a relay's secret has exactly username and password")]
    [InlineData("{ username: u, password: '' }", "the password of the secret 's' is empty")]
    [InlineData("{ username: u, password: \"pw-pw\\n\" }", "the password of the secret 's' has control characters, such as a line break")]
    public void A_relays_secret_has_user_name_and_password(string secret, string expected)
    {
        var (_, errors) = Read(
            $"Secrets: [{{ Name: s, SecretString: {secret} }}]\n"
            + "Relays: [{ RelayName: r, ServerName: mx, ServerPort: 25, Authentication: { SecretArn: s } }]");

        Assert.Equal([$"mailmanager.yaml:2: Relays[0].Authentication.SecretArn: {expected}"], errors);
    }
}
