using System.Net;
using MailManager.Delivery.Egress;
using MailManager.Delivery.TlsReports;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Routing;

/// <summary>
/// Opens a session to some address of a route: its hosts in the order of preference, the addresses of one in a race, the next one when a session does
/// not come about. A handshake that fails where TLS is opportunistic is followed by a new connection in clear text, except with credentials.
/// Thread-safe.
/// </summary>
internal sealed class RouteOpener(
    SmtpConnector connector, MxRouting routing, DeliveryOptions options, ILogger logger, TimeProvider time, ITlsSessionRecorder? recorder = null)
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
                TlsWitness.Refused(recorder, host);
                failure = RouteFailure.Worse(failure, unusable);
                continue;
            }

            var isLoop = host.Addresses.Take(left).Any(IsOwn);
            var candidates = host.Addresses.Where(address => CanReach(route.Source, address)).Take(left).Where(address => !IsOwn(address)).ToList();
            if (route.Source is { } source && !host.Addresses.Any(address => CanReach(source, address)))
            {
                failure = RouteFailure.Worse(failure, RouteFailure.Unready(
                    $"egress source {source.Name} has no {(source.IPv6 is null ? "IPv6" : "IPv4")} address, and {host.Settings.ServerName} has no other"));
            }

            while (candidates.Count > 0)
            {
                var before = candidates.Count;
                var (connection, refusal) = await OpenAnyAsync(candidates, route.Source, host, cancellationToken).ConfigureAwait(false);
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

    private static bool CanReach(EgressSource? source, IPEndPoint address) => source is null || source.AddressFor(address.AddressFamily) is not null;

    private bool IsOwn(IPEndPoint address) => OwnListeners.Hear(address, options.Listeners());

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
        List<IPEndPoint> candidates, EgressSource? source, HostTargets host, CancellationToken cancellationToken)
    {
        var settings = host.Settings;
        var observer = settings.Observer;
        if (candidates[0].Port == SmtpPort)
        {
            settings = settings with { LoopName = options.Hostname };
        }

        var (connection, failure) = await _race.ConnectAsync(candidates, source, settings.Timeouts.Connect, observer, cancellationToken).ConfigureAwait(false);
        if (connection is not { } first)
        {
            return (null, failure);
        }

        var address = (IPEndPoint)first.RemoteEndPoint;
        (connection, failure) = await OpenSessionAsync(first, settings, Witness(host), cancellationToken).ConfigureAwait(false);
        if (failure is { Phase: SmtpPhase.TlsHandshake } && settings is { Tls: SmtpClientTls.Opportunistic, LogsIn: false })
        {
            DeliveryLog.FallingBackToClearText(logger, address, failure.ToString());
            observer?.Connecting(address);
            (connection, failure) = await connector.ConnectAsync(
                address, source?.AddressFor(address.AddressFamily), settings.Timeouts.Connect, cancellationToken).ConfigureAwait(false);
            if (connection is { } second)
            {
                (connection, failure) = await OpenSessionAsync(second, settings with { Tls = SmtpClientTls.None }, null, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                observer?.Failed(failure!);
            }
        }

        return (connection, failure);
    }

    private TlsWitness? Witness(HostTargets host) =>
        recorder is not null && host.TlsPolicy is { } policy ? new TlsWitness(recorder, policy, host.Settings.ServerName) : null;

    /// <param name="connection">New.</param>
    /// <param name="settings">For it.</param>
    /// <param name="witness">Of reports; null: for a session that is not reported, such as one in clear text after a handshake that was.</param>
    /// <param name="cancellationToken">Aborts it.</param>
    private static async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> OpenSessionAsync(
        SmtpClientConnection connection, SmtpClientSettings settings, TlsWitness? witness, CancellationToken cancellationToken)
    {
        SmtpFailure? failure;
        var local = connection.LocalEndPoint;
        settings = witness?.Watch(settings) ?? settings;
        using (cancellationToken.UnsafeRegister(static state => ((SmtpClientConnection)state!).Abort(), connection))
        {
            failure = await connection.OpenAsync(settings).ConfigureAwait(false);
        }

        witness?.Ended(connection, local, failure);
        if (failure is null)
        {
            return (connection, null);
        }

        settings.Observer?.Failed(failure);
        await connection.DisposeAsync().ConfigureAwait(false);
        return (null, failure with { Host = settings.ServerName });
    }
}

/// <summary>One address to try, and the name of the host it belongs to.</summary>
internal readonly record struct Target(string Host, IPEndPoint Address);
