using System.Collections.Frozen;
using System.Net.Security;
using MailManager.Delivery.Egress;
using MailManager.Delivery.OAuth;
using MailManager.Queue;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Routing;

/// <summary>The routes in force at one moment. Immutable; replaced as a whole.</summary>
internal sealed class RouteTable
{
    private static readonly SmtpFailure NotVerified =
        new(SmtpParty.Local, SmtpPhase.Connect, default, "recipient is not a verified identity", new EnhancedStatus(5, 7, 1));

    private static readonly SmtpFailure UnfitAddress =
        new(SmtpParty.Local, SmtpPhase.Connect, default, "the address cannot be sent in a command", new EnhancedStatus(5, 1, 3));

    // By destination, so that a look-up makes no string.
    private readonly FrozenDictionary<string, Route> _relays;
    private readonly IdentitySet _identities;
    private readonly FrozenDictionary<string, string> _relayPools;
    private readonly bool _hasDestinationPools;
    private readonly DeliveryOptions _options;
    private readonly string? _dsnDestination;

    /// <param name="options">Of delivery.</param>
    /// <param name="tokens">Where access tokens come from.</param>
    /// <param name="relays">All that there are.</param>
    /// <param name="secrets">Theirs are among them.</param>
    /// <param name="identities">Whom may be delivered to.</param>
    public RouteTable(DeliveryOptions options, AccessTokenSources tokens, IReadOnlyCollection<Relay> relays, IEnumerable<Secret> secrets, IdentitySet identities)
    {
        _options = options;
        _identities = identities;
        _dsnDestination = options.DsnRelay is { } dsnRelay ? DestinationKey.ForRelay(dsnRelay) : null;
        var byName = secrets.ToDictionary(secret => secret.Name, StringComparer.Ordinal);
        var logins = relays.Select(relay => relay.Authentication).OfType<RelayAuthentication.OAuth>().Distinct().ToArray();
        var sources = logins.Zip(tokens.Use([.. logins.Select(login => (login, Value(byName, login.Secret, "client_secret")))])).ToDictionary();
        _relays = relays.ToFrozenDictionary(relay => DestinationKey.ForRelay(relay.RelayName), relay => FromRelay(relay, byName, sources), StringComparer.Ordinal);
        _relayPools = relays.Where(relay => relay.EgressPool is not null)
            .ToFrozenDictionary(relay => DestinationKey.ForRelay(relay.RelayName), relay => relay.EgressPool!, StringComparer.Ordinal);
        _hasDestinationPools = options.Destinations.Any(limits => limits.EgressPool is not null);
    }

    /// <summary>Null when the relay does not exist (any more).</summary>
    public Route? Find(string destination)
    {
        if (_relays.TryGetValue(destination, out var route))
        {
            return route;
        }

        return DestinationKey.TryGetDomain(destination, out var domain)
            ? new Route
            {
                Host = domain,
                Port = _options.Mx.Port,
                IsMx = true,
                Settings = Settings(domain, SmtpClientTls.Opportunistic, null),
            }
            : null;
    }

    /// <summary>
    /// What the next attempt leaves from: what the rule says, else the relay, else the destination; null: the system chooses. A pool that is not there
    /// (any more) is a failure, for the mail must not leave from another address than it should.
    /// </summary>
    /// <param name="destination">Its key.</param>
    /// <param name="byRule">Name of a pool or source; null: the rule leaves it open.</param>
    public (EgressSource? Source, SmtpFailure? Failure) ChooseSource(string destination, string? byRule)
    {
        var name = byRule ?? _relayPools.GetValueOrDefault(destination) ?? (_hasDestinationPools ? _options.LimitsFor(destination).EgressPool : null);
        return name is null ? default
            : _options.Egress.Find(name) is { } pool ? (pool.Choose(Random.Shared.NextDouble()), null)
            : (null, RouteFailure.Unready($"there is no egress pool or source {name}"));
    }

    /// <summary>
    /// Why a recipient must not be attempted; null: it may. Its address must be fit for a command, and it must be of a verified identity, with two
    /// exceptions. A notification made here (null reverse-path, no trace header of ours) goes to whoever sent the message, by MX or through the relay
    /// that is there for notifications; and what an authenticated client submitted may be sent anywhere by MX.
    /// </summary>
    public SmtpFailure? Guard(DeliveryInstructions instructions, string recipient, bool isUtf8)
    {
        if (!OutgoingMessage.CanCarry(recipient, isUtf8))
        {
            return UnfitAddress;
        }

        if (_identities.Covers(recipient))
        {
            return null;
        }

        var isRelay = DestinationKey.IsRelay(instructions.Destination);
        var isNotification = instructions.ReversePath.Length == 0 && instructions.Prefix.IsEmpty && (!isRelay || instructions.Destination == _dsnDestination);
        return isNotification || (!isRelay && instructions.IsSubmission) ? null : NotVerified;
    }

    private Route FromRelay(Relay relay, Dictionary<string, Secret> secrets, Dictionary<RelayAuthentication.OAuth, IAccessTokens> tokens)
    {
        var first = relay.Servers[0];
        var options = relay.TlsOptions;
        var tls = relay.Tls switch
        {
            RelayTls.None => SmtpClientTls.None,
            RelayTls.Required => SmtpClientTls.Required,
            RelayTls.Implicit => SmtpClientTls.Implicit,
            _ => SmtpClientTls.Opportunistic,
        };
        var credentials = relay.Authentication is RelayAuthentication.FromSecret(var name) ? Credentials(secrets, name) : null;
        return new Route
        {
            Host = first.Name,
            Port = first.Port,
            IsMx = first.IsMxDomain,
            Servers = relay.Servers,
            Settings = Settings(first.Name, tls, credentials) with
            {
                Protocol = relay.Protocol,
                TlsServerName = options.ServerName,
                NeedsTls13 = options.NeedsTls13,
                TrustedRoots = options.TrustedRoots ?? _options.TrustedRoots,
                CertificateCheck = options.Fingerprints.IsEmpty ? null : new FingerprintCheck(options.Fingerprints),
                ClientCertificate = options.ClientCertificate is var (certificate, chain)
                    ? SslStreamCertificateContext.Create(certificate, chain, offline: true)
                    : null,
                AccessTokens = relay.Authentication is RelayAuthentication.OAuth login ? tokens[login] : null,
                AllowCleartextAuthentication = relay.AllowCleartextAuthentication,
                AuthMechanisms = relay.AuthenticationMechanisms,
            },
        };
    }

    /// <summary>A missing secret gives empty credentials, which the client refuses to use: mail is deferred rather than sent without AUTH.</summary>
    private static SmtpCredentials Credentials(Dictionary<string, Secret> secrets, string name) =>
        new(Value(secrets, name, RelayCredentials.UserName), Value(secrets, name, RelayCredentials.Password));

    private static string Value(Dictionary<string, Secret> secrets, string name, string key) =>
        secrets.GetValueOrDefault(name)?.Values.GetValueOrDefault(key) ?? string.Empty;

    private SmtpClientSettings Settings(string serverName, SmtpClientTls tls, SmtpCredentials? credentials) => new()
    {
        Hostname = _options.Hostname,
        ServerName = serverName,
        Tls = tls,
        Credentials = credentials,
        TrustedRoots = _options.TrustedRoots,
        Timeouts = _options.Timeouts,
    };
}
