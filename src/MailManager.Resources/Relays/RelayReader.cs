using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Resources.Secrets;
using MailManager.Resources.Tags;

namespace MailManager.Resources.Relays;

/// <summary>Reads a <see cref="Relay"/> in the shape of <c>CreateRelay</c>, with <c>Tls</c> added.</summary>
public static class RelayReader
{
    /// <summary>What a relay's name must look like.</summary>
    public static TextRule Name { get; } = new(1, 100, "[a-zA-Z0-9_-]+");

    internal static readonly TextRule ServerName = new(1, 100, "[a-zA-Z0-9.-]+");

    /// <summary>The words of <see cref="RelayTls"/>, which the API does not have.</summary>
    public static WireWords<RelayTls> TlsWords { get; } = new(
        ("NONE", RelayTls.None),
        ("OPPORTUNISTIC", RelayTls.Opportunistic),
        ("REQUIRED", RelayTls.Required),
        ("IMPLICIT", RelayTls.Implicit));

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    public static Relay? Read(DocumentValue value)
    {
        if (value.Map(["RelayName", "ServerName", "ServerPort", "Authentication", "Tls", "Tags"]) is not { } map)
        {
            return null;
        }

        var nameValue = map.Required("RelayName");
        var name = nameValue?.Text(Name);
        if (name is not null)
        {
            value.Context.Declare(ResourceKind.Relay, name, nameValue!);
        }

        var server = map.Required("ServerName") is { } serverValue ? ReadServer(serverValue) : null;
        var port = map.Required("ServerPort")?.Integer(1, 65535);
        var authentication = map.Required("Authentication") is { } authenticationValue ? ReadAuthentication(authenticationValue) : null;
        var tlsValue = map.Optional("Tls");
        var tls = tlsValue?.Word(TlsWords);
        if (tls == RelayTls.None && authentication is RelayAuthentication.FromSecret)
        {
            tlsValue!.Error("NONE would send the credentials in clear text; with a SecretArn use REQUIRED, IMPLICIT or OPPORTUNISTIC");
        }

        var tags = ResourceTag.ReadFrom(map);
        return map.Failed ? null : new Relay
        {
            RelayName = name!,
            ServerName = server!,
            ServerPort = port!.Value,
            Authentication = authentication!,
            Tls = tls ?? RelayTls.Opportunistic,
            Tags = tags,
        };
    }

    /// <summary>Stricter than the API's pattern, which takes <c>10.0.0.256</c> and <c>..</c>.</summary>
    private static string? ReadServer(DocumentValue value)
    {
        var name = value.Text(ServerName);
        if (name is null || AddressRange.ParseAddress(name) is not null || DomainName.ProblemWith(name) is null)
        {
            return name;
        }

        value.Error($"{DisplayText.Quote(name)} is neither a host name nor an IPv4 address");
        return null;
    }

    private static RelayAuthentication? ReadAuthentication(DocumentValue value)
    {
        if (value.Union(["SecretArn", "NoAuthentication"]) is not { } member)
        {
            return null;
        }

        if (member.Key == "NoAuthentication")
        {
            return member.Value.Map([]) is { Failed: false } ? new RelayAuthentication.None() : null;
        }

        if (SecretName.Read(member.Value) is not { } secret)
        {
            return null;
        }

        value.Context.ReferSecret(secret, member.Value, RelayCredentials.ProblemsWith);
        return new RelayAuthentication.FromSecret(secret);
    }
}
