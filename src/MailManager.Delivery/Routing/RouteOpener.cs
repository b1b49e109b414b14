using System.Net;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Routing;

/// <summary>
/// Opens a session to some address of a route: in the order of preference, next one when an address fails. A handshake that fails where TLS
/// is opportunistic is followed by a new connection in clear text, except with credentials. Thread-safe.
/// </summary>
internal sealed class RouteOpener(SmtpConnector connector, MxResolver resolver, DeliveryOptions options, ILogger logger)
{
    /// <summary>Addresses tried in one attempt, so that a domain with thousands of them holds nobody up. Postfix: 5.</summary>
    private const int MaxAddresses = 6;

    private const int SmtpPort = 25;

    public async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> OpenAsync(Route route, CancellationToken cancellationToken)
    {
        var (targets, failure) = route.IsMx
            ? await resolver.ResolveAsync(route.Host, route.Port, cancellationToken).ConfigureAwait(false)
            : await RelayHosts.ResolveAsync(route, cancellationToken).ConfigureAwait(false);
        SmtpFailure? loop = null;
        var isTried = false;
        foreach (var target in targets.Take(MaxAddresses))
        {
            if (OwnListeners.Hear(target.Address, options.Listeners()))
            {
                loop = new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, "relay points back at this server", new EnhancedStatus(5, 4, 6));
                continue;
            }

            isTried = true;
            var settings = route.IsMx ? route.Settings with { ServerName = target.Host } : route.Settings;
            if (target.Address.Port == SmtpPort)
            {
                settings = settings with { TakesOwnNameForLoop = true };
            }

            (var connection, failure) = await OpenAsync(target.Address, settings, cancellationToken).ConfigureAwait(false);
            if (connection is not null)
            {
                return (connection, null);
            }

            if (settings is { Tls: SmtpClientTls.Opportunistic, Credentials: null } && failure!.Phase == SmtpPhase.TlsHandshake)
            {
                DeliveryLog.FallingBackToClearText(logger, target.Address, failure.ToString());
                (connection, failure) = await OpenAsync(target.Address, settings with { Tls = SmtpClientTls.None }, cancellationToken).ConfigureAwait(false);
                if (connection is not null)
                {
                    return (connection, null);
                }
            }
        }

        // An address that failed may work again, whatever the others lead to.
        return (null, isTried ? failure : loop ?? failure);
    }

    private async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> OpenAsync(
        IPEndPoint address, SmtpClientSettings settings, CancellationToken cancellationToken)
    {
        var (connection, failure) = await connector.ConnectAsync(address, settings.Timeouts.Connect, cancellationToken).ConfigureAwait(false);
        if (connection is null)
        {
            return (null, failure);
        }

        using (cancellationToken.UnsafeRegister(static state => ((SmtpClientConnection)state!).Abort(), connection))
        {
            failure = await connection.OpenAsync(settings).ConfigureAwait(false);
        }

        if (failure is null)
        {
            return (connection, null);
        }

        await connection.DisposeAsync().ConfigureAwait(false);
        return (null, failure);
    }
}

/// <summary>One address to try, and the name of the host it belongs to.</summary>
internal readonly record struct Target(string Host, IPEndPoint Address);
