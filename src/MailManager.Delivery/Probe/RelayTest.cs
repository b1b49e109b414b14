using System.Text;
using MailManager.Delivery.Dns;
using MailManager.Delivery.OAuth;
using MailManager.Delivery.Routing;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;
using MailManager.Smtp.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Delivery.Probe;

/// <summary>Tries a relay the way deliveries use it, by the same routes and the same client, and notes all that is said.</summary>
public static class RelayTest
{
    /// <summary>One attempt: resolve, connect, TLS, AUTH, and a message if there is a recipient for it.</summary>
    /// <param name="relay">To be tried.</param>
    /// <param name="secrets">Its credentials are among them.</param>
    /// <param name="options">As for deliveries.</param>
    /// <param name="message">Null: none is sent.</param>
    /// <param name="time">For time-outs and the message's date.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RelayTestReport> RunAsync(
        Relay relay, IEnumerable<Secret> secrets, DeliveryOptions options, RelayTestMessage? message, TimeProvider time, CancellationToken cancellationToken)
    {
        var transcript = new Transcript();
        using var tokens = new AccessTokenSources(options.TrustedRoots, time);
        var destination = DestinationKey.ForRelay(relay.RelayName);
        var routes = new RouteTable(options, tokens, [relay], secrets, new IdentitySet([]));
        var route = routes.Find(destination)!;
        var (source, unready) = routes.ChooseSource(destination, byRule: null);
        route = (route with { Settings = route.Settings with { Observer = transcript } }).From(source);
        using var clock = new DeadlineClock(time);
        using var connector = new SmtpConnector(clock, NullLogger.Instance);
        var opener = new RouteOpener(
            connector, new MxRouting(options.Dns ?? new DnsResolver(options.Mx, time), options), options, NullLogger.Instance, time);
        var (connection, failure) = unready is null ? await opener.OpenAsync(route, cancellationToken).ConfigureAwait(false) : (null, unready);
        if (connection is not null)
        {
            await using (connection.ConfigureAwait(false))
            {
                failure = message is null ? null : await SendAsync(connection, message, options.Hostname, time).ConfigureAwait(false);
                if (failure is not { Party: SmtpParty.Network })
                {
                    await connection.QuitAsync().ConfigureAwait(false);
                }
            }
        }

        return new RelayTestReport
        {
            Entries = transcript.Entries,
            Tls = transcript.Tls,
            Certificate = transcript.Certificate,
            Failure = failure,
            Advice = failure is null ? null : RelayAdvice.For(failure, transcript, relay),
        };
    }

    private static async Task<SmtpFailure?> SendAsync(SmtpClientConnection connection, RelayTestMessage message, string hostname, TimeProvider time)
    {
        var now = time.GetUtcNow();
        var content = Encoding.UTF8.GetBytes(
            $"Date: {now:ddd, dd MMM yyyy HH:mm:ss} +0000\r\nFrom: MailManager <{message.Sender}>\r\nTo: <{message.Recipient}>\r\n" +
            $"Message-ID: <{Guid.NewGuid():N}@{hostname}>\r\nSubject: Test of a relay\r\nAuto-Submitted: auto-generated\r\n\r\nSent by mailmanager relay test on {hostname}.\r\n");
        var result = await connection.SendAsync(new OutgoingMessage
        {
            ReversePath = message.Sender,
            Recipients = new[] { message.Recipient },
            Head = content,
            ContentLength = content.Length,
        }).ConfigureAwait(false);
        return result.FailureOf(0);
    }
}

/// <summary>Envelope of the message that a test sends; both addresses ASCII.</summary>
public sealed record RelayTestMessage(string Sender, string Recipient);
