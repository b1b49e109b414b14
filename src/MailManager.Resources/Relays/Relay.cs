using System.Collections.Immutable;
using MailManager.Resources.Tags;

namespace MailManager.Resources.Relays;

/// <summary>An SMTP server to which mail is handed (API: <c>CreateRelay</c>).</summary>
public sealed record Relay
{
    /// <summary>1 to 100 characters of <c>[a-zA-Z0-9-_]</c>.</summary>
    public required string RelayName { get; init; }

    /// <summary>Host name or IPv4 literal, 1 to 100 characters of <c>[a-zA-Z0-9-.]</c>.</summary>
    public required string ServerName { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int ServerPort { get; init; }

    public required RelayAuthentication Authentication { get; init; }

    /// <summary>Beyond the API. Default <see cref="RelayTls.Opportunistic"/>.</summary>
    public RelayTls Tls { get; init; } = RelayTls.Opportunistic;

    /// <summary>0 to 200, without effect on mail.</summary>
    public ImmutableArray<ResourceTag> Tags { get; init; } = [];
}

/// <summary>API: union <c>RelayAuthentication</c>.</summary>
public abstract record RelayAuthentication
{
    public sealed record None : RelayAuthentication;

    /// <summary>The secret holds exactly <c>username</c> and <c>password</c>.</summary>
    /// <param name="Secret">Name or ARN of the secret.</param>
    public sealed record FromSecret(string Secret) : RelayAuthentication;
}

/// <summary>How a relay's connection is secured.</summary>
public enum RelayTls
{
    /// <summary>Never; not allowed together with credentials.</summary>
    None,

    /// <summary>
    /// STARTTLS when offered, any certificate; clear text otherwise. Allowed together with credentials, but these are never sent in
    /// clear text: where STARTTLS is not offered, the attempt fails.
    /// </summary>
    Opportunistic,

    /// <summary>STARTTLS with a certificate that is valid for the server's name; else the attempt fails.</summary>
    Required,

    /// <summary>TLS from the first byte, with a valid certificate.</summary>
    Implicit,
}
