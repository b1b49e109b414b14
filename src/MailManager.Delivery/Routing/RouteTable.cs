using System.Collections.Frozen;
using System.Net.Security;
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
    private readonly DeliveryOptions _options;
    private readonly string? _dsnDestination;

    public RouteTable(DeliveryOptions options, IEnumerable<Relay> relays, IEnumerable<Secret> secrets, IdentitySet identities)
    {
        _options = options;
        _identities = identities;
        _dsnDestination = options.DsnRelay is { } dsnRelay ? DestinationKey.ForRelay(dsnRelay) : null;
        var byName = secrets.ToDictionary(secret => secret.Name, StringComparer.Ordinal);
        _relays = relays.ToFrozenDictionary(relay => DestinationKey.ForRelay(relay.RelayName), relay => FromRelay(relay, byName), StringComparer.Ordinal);
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

    private Route FromRelay(Relay relay, Dictionary<string, Secret> secrets)
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
                AllowCleartextAuthentication = relay.AllowCleartextAuthentication,
                AuthMechanisms = relay.AuthenticationMechanisms,
            },
        };
    }

    /// <summary>A missing secret gives empty credentials, which the client refuses to use: mail is deferred rather than sent without AUTH.</summary>
    private static SmtpCredentials Credentials(Dictionary<string, Secret> secrets, string name)
    {
        var values = secrets.GetValueOrDefault(name)?.Values;
        return new SmtpCredentials(values?.GetValueOrDefault("username") ?? string.Empty, values?.GetValueOrDefault("password") ?? string.Empty);
    }

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
