using System.Net;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Routing;

/// <summary>
/// Opens a session to some address of a route: its hosts in the order of preference, the addresses of one in a race, the next one when a session does
/// not come about. A handshake that fails where TLS is opportunistic is followed by a new connection in clear text, except with credentials.
/// Thread-safe.
/// </summary>
internal sealed class RouteOpener(SmtpConnector connector, MxRouting routing, DeliveryOptions options, ILogger logger, TimeProvider time)
{
    /// <summary>Addresses tried in one attempt, so that a domain with thousands of them holds nobody up. Postfix: 5.</summary>
    internal const int MaxAddresses = 6;

    private const int SmtpPort = 25;

    private readonly AddressRace _race = new(connector.ConnectAsync, time);

    public async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> OpenAsync(Route route, CancellationToken cancellationToken)
    {
        try
        {
            return await OpenHostsAsync(route, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return (null, RouteFailure.Transient("stopping"));
        }
    }

    private async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> OpenHostsAsync(Route route, CancellationToken cancellationToken)
    {
        SmtpFailure? failure = null;
        var left = MaxAddresses;
        await foreach (var host in (route.IsMx ? routing.FindAsync(route, cancellationToken) : FindRelayAsync(route, cancellationToken)).ConfigureAwait(false))
        {
            if (host.Failure is { } unusable)
            {
                failure = RouteFailure.Worse(failure, unusable);
                continue;
            }

            var candidates = host.Addresses.Take(left).ToList();
            var isLoop = candidates.RemoveAll(address => OwnListeners.Hear(address, options.Listeners())) > 0;
            while (candidates.Count > 0)
            {
                var before = candidates.Count;
                var (connection, refusal) = await OpenAnyAsync(candidates, host.Settings, cancellationToken).ConfigureAwait(false);
                if (connection is not null)
                {
                    return (connection, null);
                }

                left -= before - candidates.Count;
                failure = RouteFailure.Worse(failure, refusal!);
            }

            if (isLoop)
            {
                failure = RouteFailure.Worse(failure, RouteFailure.Permanent("relay points back at this server", 4, 6));
            }

            if (left <= 0 || (isLoop && route.IsMx))
            {
                // RFC 5321 §5.1: hosts that are not better than this server are not for it to try.
                break;
            }
        }

        return (null, failure);
    }

    private static async IAsyncEnumerable<HostTargets> FindRelayAsync(
        Route route, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (targets, failure) = await RelayHosts.ResolveAsync(route, cancellationToken).ConfigureAwait(false);
        if (targets.Count == 0)
        {
            yield return new HostTargets { Settings = route.Settings, Failure = failure };
        }

        foreach (var server in targets.GroupBy(target => (target.Host, target.Address.Port)))
        {
            yield return new HostTargets
            {
                Addresses = [.. server.Select(target => target.Address)],
                Settings = route.Settings with { ServerName = server.Key.Host },
            };
        }
    }

    private async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> OpenAnyAsync(
        List<IPEndPoint> candidates, SmtpClientSettings settings, CancellationToken cancellationToken)
    {
        var observer = settings.Observer;
        if (candidates[0].Port == SmtpPort)
        {
            settings = settings with { TakesOwnNameForLoop = true };
        }

        var (connection, failure) = await _race.ConnectAsync(candidates, settings.Timeouts.Connect, observer, cancellationToken).ConfigureAwait(false);
        if (connection is not { } first)
        {
            return (null, failure);
        }

        var address = (IPEndPoint)first.RemoteEndPoint;
        (connection, failure) = await OpenSessionAsync(first, settings, cancellationToken).ConfigureAwait(false);
        if (failure is { Phase: SmtpPhase.TlsHandshake } && settings is { Tls: SmtpClientTls.Opportunistic, Credentials: null })
        {
            DeliveryLog.FallingBackToClearText(logger, address, failure.ToString());
            observer?.Connecting(address);
            (connection, failure) = await connector.ConnectAsync(address, settings.Timeouts.Connect, cancellationToken).ConfigureAwait(false);
            if (connection is { } second)
            {
                (connection, failure) = await OpenSessionAsync(second, settings with { Tls = SmtpClientTls.None }, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                observer?.Failed(failure!);
            }
        }

        return (connection, failure);
    }

    private static async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> OpenSessionAsync(
        SmtpClientConnection connection, SmtpClientSettings settings, CancellationToken cancellationToken)
    {
        SmtpFailure? failure;
        using (cancellationToken.UnsafeRegister(static state => ((SmtpClientConnection)state!).Abort(), connection))
        {
            failure = await connection.OpenAsync(settings).ConfigureAwait(false);
        }

        if (failure is null)
        {
            return (connection, null);
        }

        settings.Observer?.Failed(failure);
        await connection.DisposeAsync().ConfigureAwait(false);
        return (null, failure);
    }
}

/// <summary>One address to try, and the name of the host it belongs to.</summary>
internal readonly record struct Target(string Host, IPEndPoint Address);
