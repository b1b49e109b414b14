using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.RuleSets;
using MailManager.Resources.Secrets;
using MailManager.Resources.Tags;
using MailManager.Smtp.Client;

namespace MailManager.Resources.Relays;

/// <summary>Reads a <see cref="Relay"/> in the shape of <c>CreateRelay</c>, with what the API lacks added.</summary>
public static class RelayReader
{
    /// <summary>What a relay's name must look like.</summary>
    public static TextRule Name { get; } = new(1, 100, "[a-zA-Z0-9_-]+");

    private static readonly ImmutableArray<string> Keys =
    [
        "RelayName", "ServerName", "ServerPort", "Preset", "Domain", "Protocol", "Authentication", "AllowCleartextAuthentication", "AuthenticationMechanisms",
        "Tls", "TlsOptions", EgressName.Key, "MailFrom", "Tags",
    ];

    /// <summary>The words of <see cref="RelayTls"/>, which the API does not have.</summary>
    public static WireWords<RelayTls> TlsWords { get; } = new(
        ("NONE", RelayTls.None),
        ("OPPORTUNISTIC", RelayTls.Opportunistic),
        ("REQUIRED", RelayTls.Required),
        ("IMPLICIT", RelayTls.Implicit));

    /// <summary>The words of <see cref="SmtpClientProtocol"/>, which the API does not have.</summary>
    public static WireWords<SmtpClientProtocol> ProtocolWords { get; } = new(("SMTP", SmtpClientProtocol.Smtp), ("LMTP", SmtpClientProtocol.Lmtp));

    /// <summary>The words of <see cref="AuthMechanism"/>, which the API does not have.</summary>
    public static WireWords<AuthMechanism> MechanismWords { get; } = new(
        ("SCRAM_SHA_256", AuthMechanism.ScramSha256),
        ("PLAIN", AuthMechanism.Plain),
        ("LOGIN", AuthMechanism.Login),
        ("CRAM_MD5", AuthMechanism.CramMd5));

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    /// <param name="value">The map.</param>
    /// <param name="files">For certificates.</param>
    public static Relay? Read(DocumentValue value, FileReferences files)
    {
        if (value.Map(Keys) is not { } map)
        {
            return null;
        }

        var nameValue = map.Required("RelayName");
        var name = nameValue?.Text(Name);
        if (name is not null)
        {
            value.Context.Declare(ResourceKind.Relay, name, nameValue!);
        }

        var isPreset = map.Given.Contains("Preset");
        if (!isPreset)
        {
            map.Optional("Domain")?.Error("Domain goes with Preset only");
        }

        var servers = isPreset ? RelayPreset.Read(map) : RelayServerReader.Read(map);
        var protocol = map.Optional("Protocol") is { } protocolValue ? ReadProtocol(protocolValue, isPreset, servers) : SmtpClientProtocol.Smtp;
        var authenticationValue = isPreset ? map.Optional("Authentication") : map.Required("Authentication");
        RelayAuthentication? authentication = authenticationValue is null ? new RelayAuthentication.None() : ReadAuthentication(authenticationValue);
        var tls = map.Optional("Tls") is { } tlsValue ? tlsValue.Word(TlsWords) : isPreset ? RelayTls.Required : RelayTls.Opportunistic;
        var options = map.Optional("TlsOptions") is { } optionsValue && tls is not null ? RelayTlsOptionsReader.Read(optionsValue, tls.Value, files) : null;
        var allowsCleartext = map.Boolean("AllowCleartextAuthentication", otherwise: false);
        var mechanisms = map.Optional("AuthenticationMechanisms") is null
            ? SmtpClientSettings.DefaultAuthMechanisms
            : map.Words("AuthenticationMechanisms", 1, MechanismWords.All.Length, MechanismWords);
        if (tls == RelayTls.None && authentication is RelayAuthentication.FromSecret && !allowsCleartext)
        {
            map.Optional("Tls")!.Error(
                "NONE would send the credentials in clear text; with a SecretArn use REQUIRED, IMPLICIT or OPPORTUNISTIC, or set AllowCleartextAuthentication");
        }

        if (tls == RelayTls.None && authentication is RelayAuthentication.OAuth)
        {
            map.Optional("Tls")!.Error("NONE would send the access token in clear text; with OAuth use REQUIRED, IMPLICIT or OPPORTUNISTIC");
        }

        CheckCredentialKeys(map, authentication);
        var mailFrom = map.OptionalWord("MailFrom", RuleWords.MailFrom) ?? MailFrom.Preserve;
        var pool = EgressName.ReadReference(map);
        var tags = ResourceTag.ReadFrom(map);
        return map.Failed ? null : new Relay
        {
            RelayName = name!,
            Servers = servers,
            Protocol = protocol!.Value,
            Authentication = authentication!,
            Tls = tls!.Value,
            TlsOptions = options ?? new RelayTlsOptions(),
            AllowCleartextAuthentication = allowsCleartext,
            AuthenticationMechanisms = mechanisms,
            MailFrom = mailFrom,
            EgressPool = pool,
            Tags = tags,
        };
    }

    private static SmtpClientProtocol? ReadProtocol(DocumentValue value, bool isPreset, ImmutableArray<RelayServer> servers)
    {
        var protocol = value.Word(ProtocolWords);
        if (protocol == SmtpClientProtocol.Lmtp)
        {
            if (isPreset || servers.Any(server => server.IsMxDomain))
            {
                value.Error($"LMTP goes neither with Preset nor with '{RelayServerReader.MxPrefix}': the servers that they lead to speak SMTP");
            }
            else if (servers.Any(server => server.Port == 25))
            {
                value.Error("LMTP must not be spoken on port 25 (RFC 2033 §5)");
            }
        }

        return protocol;
    }

    private static void CheckCredentialKeys(MapReader map, RelayAuthentication? authentication)
    {
        if (authentication is null or RelayAuthentication.FromSecret)
        {
            return;
        }

        foreach (var key in (string[])["AllowCleartextAuthentication", "AuthenticationMechanisms"])
        {
            map.Optional(key)?.Error($"{key} goes with a SecretArn only");
        }
    }

    private static RelayAuthentication? ReadAuthentication(DocumentValue value)
    {
        if (value.Union(["SecretArn", "NoAuthentication", "OAuth"]) is not { } member)
        {
            return null;
        }

        if (member.Key == "NoAuthentication")
        {
            return member.Value.Map([]) is { Failed: false } ? new RelayAuthentication.None() : null;
        }

        if (member.Key == "OAuth")
        {
            return RelayOAuthReader.Read(member.Value);
        }

        if (SecretName.Read(member.Value) is not { } secret)
        {
            return null;
        }

        value.Context.ReferSecret(secret, member.Value, RelayCredentials.ProblemsWith);
        return new RelayAuthentication.FromSecret(secret);
    }
}
