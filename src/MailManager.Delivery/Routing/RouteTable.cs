using System.Collections.Frozen;
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
    private readonly FrozenDictionary<string, Route> _relays;
    private readonly IdentitySet _identities;
    private readonly DeliveryOptions _options;

    public RouteTable(DeliveryOptions options, IEnumerable<Relay> relays, IEnumerable<Secret> secrets, IdentitySet identities)
    {
        _options = options;
        _identities = identities;
        var byName = secrets.ToDictionary(secret => secret.Name, StringComparer.Ordinal);
        _relays = relays.ToFrozenDictionary(relay => relay.RelayName, relay => FromRelay(relay, byName), StringComparer.Ordinal);
    }

    /// <summary>Null when the relay does not exist (any more).</summary>
    public Route? Find(string destination)
    {
        if (DestinationKey.TryGetRelay(destination, out var relay))
        {
            return _relays.GetValueOrDefault(relay);
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
    /// The last guard before a relay: its recipients must be verified identities. A notification made here (null reverse-path, no trace
    /// header of ours) goes to whoever sent the message, so it may leave through the relay that is there for notifications.
    /// </summary>
    public SmtpFailure? Guard(QueuedDelivery delivery, string recipient)
    {
        var instructions = delivery.Instructions;
        if (!DestinationKey.TryGetRelay(instructions.Destination, out var relay) || _identities.Covers(recipient))
        {
            return null;
        }

        var isNotification = instructions.ReversePath.Length == 0 && instructions.Prefix.IsEmpty && relay == _options.DsnRelay;
        return isNotification
            ? null
            : new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, "recipient is not a verified identity", new EnhancedStatus(5, 7, 1));
    }

    private Route FromRelay(Relay relay, Dictionary<string, Secret> secrets) => new()
    {
        Host = relay.ServerName,
        Port = relay.ServerPort,
        Settings = Settings(
            relay.ServerName,
            relay.Tls switch
            {
                RelayTls.None => SmtpClientTls.None,
                RelayTls.Required => SmtpClientTls.Required,
                RelayTls.Implicit => SmtpClientTls.Implicit,
                _ => SmtpClientTls.Opportunistic,
            },
            relay.Authentication is RelayAuthentication.FromSecret(var name) ? Credentials(secrets, name) : null),
    };

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
