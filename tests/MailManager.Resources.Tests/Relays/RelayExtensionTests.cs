using MailManager.Resources.Relays;
using MailManager.Smtp.Client;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.Relays;

/// <summary>What relays have beyond the API.</summary>
public class RelayExtensionTests
{
    private const string Login = "Authentication: { SecretArn: s }";
    private const string NoLogin = "Authentication: { NoAuthentication: {} }";

    [Theory]
    [InlineData("'2001:db8::25'", "2001:db8::25")]
    [InlineData("'[2001:DB8:0::25]'", "2001:db8::25")]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("mx.example.com", "mx.example.com")]
    public void A_server_is_a_name_or_an_address(string written, string name) =>
        Assert.Equal([new RelayServer(name, 25)], Valid($"ServerName: {written}, ServerPort: 25, {NoLogin}").Servers);

    [Fact]
    public void A_domain_stands_for_its_mx() =>
        Assert.Equal(
            [new RelayServer("example.com", 25) { IsMxDomain = true }],
            Valid($"ServerName: 'mx:example.com', ServerPort: 25, {NoLogin}").Servers);

    [Fact]
    public void A_list_has_ports_and_weights_of_its_own() =>
        Assert.Equal(
            [
                new RelayServer("a.example.com", 25),
                new RelayServer("b.example.com", 587) { Weight = 3 },
                new RelayServer("10.0.0.1", 25) { Weight = 1 },
            ],
            Valid($"ServerName: [a.example.com, {{ ServerName: b.example.com, ServerPort: 587, Weight: 3 }}, {{ ServerName: 10.0.0.1, Weight: 1 }}], ServerPort: 25, {NoLogin}").Servers);

    [Theory]
    [InlineData("ServerName: '2001:db8::g', ServerPort: 25", "Relays[0].ServerName: '2001:db8::g' is not an IPv6 address")]
    [InlineData("ServerName: 'a:25', ServerPort: 25", "Relays[0].ServerName: 'a:25' is not an IPv6 address")]
    [InlineData("ServerName: ['mx:example.com'], ServerPort: 25", "Relays[0].ServerName[0]: 'mx:example.com' cannot stand in a list: the MX of a domain are a list already")]
    [InlineData("ServerName: [a]", "Relays[0].ServerName[0]: has no port: give ServerPort here, or one for all beside the list")]
    [InlineData("ServerName: [], ServerPort: 25", "Relays[0].ServerName: has 0 entries, must have 1 to 20")]
    [InlineData("ServerName: [{ ServerName: a, Weight: 0 }], ServerPort: 25", "Relays[0].ServerName[0].Weight: '0' is not a whole number from 1 to 65535")]
    [InlineData("ServerName: a, ServerPort: 25, Domain: example.com", "Relays[0].Domain: Domain goes with Preset only")]
    [InlineData("Preset: google-workspace, ServerName: a", "Relays[0].ServerName: ServerName is what Preset stands for; give one of the two")]
    [InlineData("Preset: google-workspace, Domain: example.com", "Relays[0].Domain: Domain goes with the preset microsoft-365 only: all domains of google-workspace have the same servers")]
    [InlineData("Preset: microsoft-365", "Relays[0]: Domain is missing: the preset microsoft-365 needs it for the name of the server")]
    [InlineData("Preset: aol", "Relays[0].Preset: 'aol' is not one of google-workspace, microsoft-365")]
    public void Servers_are_checked(string members, string expected) => Invalid($"{members}, {NoLogin}", expected);

    [Fact]
    public void A_login_may_be_by_access_token()
    {
        var relay = ReadValid($"{Oauth("client_secret: x")}Relays: [{{ RelayName: r, ServerName: a, ServerPort: 587, Authentication: {Token()} }}]").Relays[0];
        Assert.Equal(
            new RelayAuthentication.OAuth(new Uri("https://login.example.com/token"), "id", "oauth", "scope a", "relay@example.com"),
            relay.Authentication);
    }

    [Theory]
    [InlineData("client_secret: x", "TokenEndpoint: 'http://login.example.com/token'", "TokenEndpoint: 'http://login.example.com/token' is not an https address, such as https://login.example.com/oauth2/v2.0/token")]
    [InlineData("client_secret: x", "TokenEndpoint: 'https://a:b@login.example.com/token'", "TokenEndpoint: 'https://a:b@login.example.com/token' is not an https address")]
    [InlineData("client_secret: x, username: y", "", "the secret 'oauth' has the key 'username'; the secret of a relay's OAuth has exactly client_secret")]
    [InlineData("password: x", "", "the secret 'oauth' has no key 'client_secret'")]
    [InlineData("client_secret: ''", "", "the client_secret of the secret 'oauth' is empty")]
    [InlineData("client_secret: x", "UserName: \"a\\u0001b\"", "UserName")]
    public void A_login_by_access_token_is_checked(string secret, string member, string expected) =>
        Assert.Contains(
            Read($"{Oauth(secret)}Relays: [{{ RelayName: r, ServerName: a, ServerPort: 587, Authentication: {Token(member)} }}]").Errors,
            error => error.Replace('"', '\'').Contains(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("Tls: NONE", "Relays[0].Tls: NONE would send the access token in clear text")]
    [InlineData("AllowCleartextAuthentication: true", "Relays[0].AllowCleartextAuthentication: AllowCleartextAuthentication goes with a SecretArn only")]
    public void An_access_token_is_never_sent_in_clear_text(string member, string expected) =>
        Assert.Contains(
            Read($"{Oauth("client_secret: x")}Relays: [{{ RelayName: r, ServerName: a, ServerPort: 587, {member}, Authentication: {Token()} }}]").Errors,
            error => error.Contains(expected, StringComparison.Ordinal));

    private static string Oauth(string values) => $"Secrets: [{{ Name: oauth, SecretString: {{ {values} }} }}]\n";

    private static string Token(string member = "")
    {
        var members = new Dictionary<string, string>
        {
            ["TokenEndpoint"] = "'https://login.example.com/token'",
            ["ClientId"] = "id",
            ["SecretArn"] = "oauth",
            ["Scope"] = "scope a",
            ["UserName"] = "relay@example.com",
        };
        if (member.Length > 0)
        {
            var colon = member.IndexOf(':', StringComparison.Ordinal);
            members[member[..colon]] = member[(colon + 1)..];
        }

        return $"{{ OAuth: {{ {string.Join(", ", members.Select(pair => $"{pair.Key}: {pair.Value}"))} }} }}";
    }

    [Fact]
    public void The_protocol_is_smtp_unless_it_is_said()
    {
        Assert.Equal(SmtpClientProtocol.Smtp, Valid($"ServerName: a, ServerPort: 24, {NoLogin}").Protocol);
        Assert.Equal(SmtpClientProtocol.Smtp, Valid($"ServerName: a, ServerPort: 25, {NoLogin}, Protocol: SMTP").Protocol);
        Assert.Equal(SmtpClientProtocol.Lmtp, Valid($"ServerName: a, ServerPort: 24, {NoLogin}, Protocol: LMTP").Protocol);
    }

    [Theory]
    [InlineData("ServerName: a, ServerPort: 24, Protocol: QMQP", "Relays[0].Protocol: 'QMQP' is not one of SMTP, LMTP")]
    [InlineData("ServerName: [b, { ServerName: a, ServerPort: 25 }], ServerPort: 24, Protocol: LMTP", "Relays[0].Protocol: LMTP must not be spoken on port 25 (RFC 2033 §5)")]
    [InlineData("ServerName: 'mx:a.example', ServerPort: 24, Protocol: LMTP", "Relays[0].Protocol: LMTP goes neither with Preset nor with 'mx:': the servers that they lead to speak SMTP")]
    [InlineData("Preset: google-workspace, Protocol: LMTP", "Relays[0].Protocol: LMTP goes neither with Preset nor with 'mx:': the servers that they lead to speak SMTP")]
    public void The_protocol_is_checked(string members, string expected) => Invalid($"{members}, {NoLogin}", expected);

    [Fact]
    public void Presets_stand_for_servers_and_tls()
    {
        var google = Valid("Preset: google-workspace");
        Assert.Equal(
            ["aspmx.l.google.com", "alt1.aspmx.l.google.com", "alt2.aspmx.l.google.com", "alt3.aspmx.l.google.com", "alt4.aspmx.l.google.com"],
            google.Servers.Select(server => server.Name));
        Assert.Equal((RelayTls.Required, new RelayAuthentication.None()), (google.Tls, google.Authentication));

        var microsoft = Valid("Preset: microsoft-365, Domain: mail.acme.com, Tls: OPPORTUNISTIC");
        Assert.Equal([new RelayServer("mail-acme-com.mail.protection.outlook.com", 25)], microsoft.Servers);
        Assert.Equal(RelayTls.Opportunistic, microsoft.Tls);
    }

    [Fact]
    public void Fingerprints_are_read_with_and_without_colons()
    {
        var plain = new string('a', 64);
        var colons = string.Join(':', Enumerable.Repeat("AB", 32));
        var options = Valid($"ServerName: a, ServerPort: 25, {NoLogin}, Tls: REQUIRED, TlsOptions: {{ MinimumVersion: TLS1_3, ServerName: mx.test, Fingerprints: ['sha256:{plain}', 'sha256:{colons}'] }}").TlsOptions;
        Assert.Equal([plain, string.Concat(Enumerable.Repeat("ab", 32))], options.Fingerprints);
        Assert.Equal((true, "mx.test"), (options.NeedsTls13, options.ServerName));
    }

    [Theory]
    [InlineData("Tls: NONE, TlsOptions: {}", "Relays[0].TlsOptions: TlsOptions have no meaning with Tls NONE; use REQUIRED, IMPLICIT or OPPORTUNISTIC")]
    [InlineData("TlsOptions: { MinimumVersion: TLS1_3 }", "Relays[0].TlsOptions.MinimumVersion: MinimumVersion has no meaning with Tls OPPORTUNISTIC, which takes any server; use REQUIRED")]
    [InlineData("Tls: REQUIRED, TlsOptions: { MinimumVersion: TLS1_1 }", "Relays[0].TlsOptions.MinimumVersion: 'TLS1_1' is not one of TLS1_2, TLS1_3")]
    [InlineData("Tls: REQUIRED, TlsOptions: { Fingerprints: ['sha256:00'] }", "Relays[0].TlsOptions.Fingerprints[0]: 'sha256:00' does not match sha256:([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2} (64 hexadecimal digits)")]
    [InlineData("Tls: REQUIRED, TlsOptions: { ServerName: a..b }", "Relays[0].TlsOptions.ServerName: 'a..b' is not a domain name: each part between dots must have 1 to 63 characters")]
    public void Tls_options_are_checked(string members, string expected) => Invalid($"ServerName: a, ServerPort: 25, {NoLogin}, {members}", expected);

    [Fact]
    public void Fingerprints_need_a_connection_that_depends_on_them() =>
        Invalid(
            $"ServerName: a, ServerPort: 25, {NoLogin}, TlsOptions: {{ Fingerprints: ['sha256:{new string('0', 64)}'] }}",
            "Relays[0].TlsOptions.Fingerprints: Fingerprints has no meaning with Tls OPPORTUNISTIC, which takes any server; use REQUIRED");

    [Fact]
    public void Clear_text_and_mechanisms_are_chosen_for_credentials()
    {
        var relay = Valid($"ServerName: a, ServerPort: 25, {Login}, Tls: NONE, AllowCleartextAuthentication: true, AuthenticationMechanisms: [CRAM_MD5, PLAIN]");
        Assert.True(relay.AllowCleartextAuthentication);
        Assert.Equal([AuthMechanism.CramMd5, AuthMechanism.Plain], relay.AuthenticationMechanisms);
        Assert.Equal(SmtpClientSettings.DefaultAuthMechanisms, Valid($"ServerName: a, ServerPort: 25, {Login}").AuthenticationMechanisms);
    }

    [Theory]
    [InlineData("AllowCleartextAuthentication: true", "Relays[0].AllowCleartextAuthentication: AllowCleartextAuthentication goes with a SecretArn only")]
    [InlineData("AuthenticationMechanisms: [PLAIN]", "Relays[0].AuthenticationMechanisms: AuthenticationMechanisms goes with a SecretArn only")]
    public void Members_for_credentials_need_credentials(string member, string expected) =>
        Invalid($"ServerName: a, ServerPort: 25, {NoLogin}, {member}", expected);

    [Fact]
    public void Mechanisms_are_known_words() =>
        Invalid(
            $"ServerName: a, ServerPort: 25, {Login}, AuthenticationMechanisms: [NTLM]",
            "Relays[0].AuthenticationMechanisms[0]: 'NTLM' is not one of SCRAM_SHA_256, PLAIN, LOGIN, CRAM_MD5");

    private static Relay Valid(string members) => ReadValid(Yaml(members)).Relays[0];

    private static void Invalid(string members, string expected) => Assert.Equal([$"mailmanager.yaml:2: {expected}"], Read(Yaml(members)).Errors);

    private static string Yaml(string members) =>
        "Secrets: [{ Name: s, SecretString: { username: u, password: pw-pw } }]\n" + $"Relays: [{{ RelayName: r, {members} }}]";
}
