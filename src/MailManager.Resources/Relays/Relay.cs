using System.Collections.Immutable;
using MailManager.Resources.RuleSets;
using MailManager.Resources.Tags;
using MailManager.Smtp.Client;

namespace MailManager.Resources.Relays;

/// <summary>A server to which mail is handed (API: <c>CreateRelay</c>).</summary>
public sealed record Relay
{
    /// <summary>1 to 100 characters of <c>[a-zA-Z0-9-_]</c>.</summary>
    public required string RelayName { get; init; }

    /// <summary>API: one, of <c>ServerName</c> and <c>ServerPort</c>. Beyond it up to 20, in the order in which to try them.</summary>
    public required ImmutableArray<RelayServer> Servers { get; init; }

    /// <summary>Beyond the API: what the servers speak. Default SMTP.</summary>
    public SmtpClientProtocol Protocol { get; init; }

    public required RelayAuthentication Authentication { get; init; }

    /// <summary>Beyond the API. Default <see cref="RelayTls.Opportunistic"/>.</summary>
    public RelayTls Tls { get; init; } = RelayTls.Opportunistic;

    /// <summary>Beyond the API.</summary>
    public RelayTlsOptions TlsOptions { get; init; } = new();

    /// <summary>Beyond the API: credentials may go over a connection without TLS. Default: never.</summary>
    public bool AllowCleartextAuthentication { get; init; }

    /// <summary>Beyond the API: mechanisms that may be used, in this order. Default: all, best first.</summary>
    public ImmutableArray<AuthMechanism> AuthenticationMechanisms { get; init; } = SmtpClientSettings.DefaultAuthMechanisms;

    /// <summary>Beyond the API: which envelope sender it is given where a rule's action does not say. Default: that of the message.</summary>
    public MailFrom MailFrom { get; init; } = MailFrom.Preserve;

    /// <summary>Beyond the API: name of the egress pool or source from which mail leaves; null: that of the destination, if any.</summary>
    public string? EgressPool { get; init; }

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

    /// <summary>Beyond the API: an access token, from an authorization server by client credentials (RFC 6749 §4.4).</summary>
    /// <param name="TokenEndpoint">https.</param>
    /// <param name="ClientId">Of this server, at the authorization server.</param>
    /// <param name="Secret">Name or ARN of the secret that holds exactly <c>client_secret</c>.</param>
    /// <param name="Scope">What the token is for; null: what the authorization server takes for granted.</param>
    /// <param name="UserName">The mail account that it is used for.</param>
    public sealed record OAuth(Uri TokenEndpoint, string ClientId, string Secret, string? Scope, string UserName) : RelayAuthentication;
}

/// <summary>How a relay's connection is secured.</summary>
public enum RelayTls
{
    /// <summary>Never; together with credentials only where these may go in clear text.</summary>
    None,

    /// <summary>
    /// STARTTLS when offered, any certificate; clear text otherwise. Allowed together with credentials, but these are not sent in
    /// clear text unless that is allowed: where STARTTLS is not offered, the attempt fails.
    /// </summary>
    Opportunistic,

    /// <summary>STARTTLS with a certificate that is valid for the server's name; else the attempt fails.</summary>
    Required,

    /// <summary>TLS from the first byte, with a valid certificate.</summary>
    Implicit,
}
