using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using MailManager.Delivery.Egress;
using MailManager.Delivery.Retry;
using MailManager.Delivery.Routing;
using MailManager.Delivery.Shaping;
using MailManager.Queue;
using MailManager.Smtp.Client;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Pool;

/// <summary>
/// One attempt at a delivery: the route in force, the guard, a connection (the worker's, when it still fits), one transaction for each 100
/// recipients, the settlement and the log event. Thread-safe; what belongs to a worker stays with it.
/// </summary>
internal sealed class AttemptRunner(DeliveryContext context, IMailQueue queue, DeliverySettler settler, RouteOpener opener, StopSignals stop)
{
    /// <summary>What every server takes in one transaction, RFC 5321 §4.5.3.1.8.</summary>
    private const int MaxRecipients = 100;

    /// <summary>No connection was tried, as the rate of connections does not allow one now.</summary>
    private static readonly SmtpFailure ConnectionRateReached = RouteFailure.Transient("the connection rate of the destination is reached");

    private RouteTable _routes = null!;

    /// <summary>Takes effect with the next attempt.</summary>
    public RouteTable Routes
    {
        get => Volatile.Read(ref _routes);
        set => Volatile.Write(ref _routes, value);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync(DestinationQueue destination, DeliveryWorker worker, QueuedDelivery delivery)
    {
        var started = context.Time.GetTimestamp();
        AttemptResult result;
        EndPoint? remote = null;
        var tls = SslProtocols.None;
        QueuedDelivery[] others;
        var isAdvised = false;
        try
        {
            var routes = Routes;
            if (routes.Find(delivery.Instructions.Destination) is not { } route)
            {
                result = AttemptResult.Failed(new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, "the relay does not exist"));
            }
            else if (Guard(routes, delivery) is { } refused)
            {
                result = await RunPartsAsync(worker, ForMessage(route, destination.Source, delivery), delivery, refused).ConfigureAwait(false);
            }
            else if (await OpenAsync(worker, route = ForMessage(route, destination.Source, delivery)).ConfigureAwait(false) is { } failure)
            {
                result = context.Patterns.Apply(delivery.Instructions.Destination, null, new AttemptResult { Failure = failure, RemoteMta = route.IsMx ? null : route.Host });
                worker.Sign = AttemptSigns.Of(result);
                isAdvised = true;
                destination.Obey(worker, result);
                if (result.Action?.Suspend is not null || route.IsOwnFailure(failure) || ReferenceEquals(failure, ConnectionRateReached))
                {
                    others = [];
                }
                else if (stop.IsStopping || !destination.OnOpenFailed(delivery, failure, out others))
                {
                    return;
                }

                Array.ForEach(others, other => Defer(other, new Pause(failure, TimeSpan.Zero)));
            }
            else
            {
                remote = worker.Connection!.RemoteEndPoint;
                tls = worker.Connection.TlsProtocol;
                var (recipients, options) = (delivery.Instructions.Recipients, delivery.Instructions.RecipientOptions);
                result = recipients.Length > RecipientLimit(worker)
                    ? await RunPartsAsync(worker, route, delivery, new SmtpFailure?[recipients.Length]).ConfigureAwait(false)
                    : ToResult(await TransactAsync(worker, route, delivery, recipients.AsMemory(), options.AsMemory()).ConfigureAwait(false), route, delivery);
                worker.ReplyTime = result.IsSuccess ? worker.Connection?.WaitedFor : null;
            }

            if (!result.IsSuccess && !isAdvised)
            {
                result = context.Patterns.Apply(delivery.Instructions.Destination, worker.LastServer, result);
                destination.Obey(worker, result);
            }

            if (worker.Connection is { } connection)
            {
                remote = connection.RemoteEndPoint;
                tls = connection.TlsProtocol;
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            DeliveryLog.WorkerFault(context.Logger, destination.Key, fault);
            await worker.DropAsync().ConfigureAwait(false);
            result = AttemptResult.Failed(new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, "internal error"));
        }

        if (ReferenceEquals(result.Failure, ConnectionRateReached))
        {
            destination.Return(delivery);
            return;
        }

        if (!result.IsSuccess && (stop.IsAborted || (stop.IsStopping && result.Failure?.Phase < SmtpPhase.Mail)))
        {
            // It failed because we ended it: the spool still has it, for the next start.
            return;
        }

        worker.Sign = AttemptSigns.Of(result);
        var duration = context.Time.GetElapsedTime(started);
        Record(delivery, result, remote, tls, duration);
        if (!result.IsSuccess)
        {
            result = result with { Attempt = Describe(delivery, result, remote, tls, duration) };
        }

        await settler.SettleAsync(delivery, result).ConfigureAwait(false);
    }

    /// <summary>Settles a delivery that is not even tried, because its destination just failed for another. Reply patterns have no say: nothing was said to it.</summary>
    public void Defer(QueuedDelivery delivery, Pause pause)
    {
        var pending = DeferAsync(delivery, pause);
        if (!pending.IsCompletedSuccessfully)
        {
            _ = pending.AsTask();
        }
    }

    /// <summary>Settles a delivery that an operator does not want to be tried any more, as a failure of which its sender is told.</summary>
    public void Bounce(QueuedDelivery delivery, string who) => Defer(
        delivery,
        new Pause(new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, $"bounced by {PeerText.Escape(who)}", new EnhancedStatus(5, 7, 0)), TimeSpan.Zero));

    /// <summary>Settles a delivery that an operator held until it expired: its sender is told, as of others that expire (RFC 3463 §3.5).</summary>
    public void Expire(QueuedDelivery delivery) =>
        Defer(delivery, new Pause(new SmtpFailure(SmtpParty.Local, SmtpPhase.Connect, default, "held until it expired", new EnhancedStatus(4, 4, 7)), TimeSpan.Zero));

    private async ValueTask DeferAsync(QueuedDelivery delivery, Pause pause)
    {
        try
        {
            var result = AttemptResult.Failed(pause.Reason) with { Pause = pause.Length };
            Record(delivery, result, null, SslProtocols.None, TimeSpan.Zero);
            result = result with { Attempt = Describe(delivery, result, null, SslProtocols.None, TimeSpan.Zero) };
            await settler.SettleAsync(delivery, result).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            DeliveryLog.WorkerFault(context.Logger, delivery.Instructions.Destination, fault);
        }
    }

    /// <summary>Null for the usual case, that every recipient may be served.</summary>
    private static SmtpFailure?[]? Guard(RouteTable routes, QueuedDelivery delivery)
    {
        SmtpFailure?[]? refused = null;
        var recipients = delivery.Instructions.Recipients;
        var isUtf8 = delivery.Envelope.Options is { IsUtf8: true };
        for (var i = 0; i < recipients.Length; i++)
        {
            if (routes.Guard(delivery.Instructions, recipients[i], isUtf8) is { } failure)
            {
                refused ??= new SmtpFailure?[recipients.Length];
                refused[i] = failure;
            }
        }

        return refused;
    }

    /// <summary>
    /// REQUIRETLS asks for more of a route; not from the null reverse-path, for a notification must rather arrive (RFC 8689 §5). <c>TLS-Required: No</c>
    /// asks for less, unless there is REQUIRETLS.
    /// </summary>
    private static Route ForMessage(Route route, EgressSource? source, QueuedDelivery delivery)
    {
        route = route.From(source);
        return delivery.Envelope.Options is { RequireTls: true } ? delivery.Instructions.ReversePath.Length > 0 ? route.WithRequireTls() : route
            : delivery.Instructions.IgnoresTlsPolicy && route.IsMx ? route with { IgnoresTlsPolicy = true }
            : route;
    }

    /// <summary>What the server takes in one transaction, as far as it says so (RFC 9422).</summary>
    private static int RecipientLimit(DeliveryWorker worker) =>
        worker.Connection is { Capabilities.MaxRecipients: > 0 and var limit } ? Math.Min(limit, MaxRecipients) : MaxRecipients;

    /// <summary>Serves those that have no failure yet, as many at a time as the server takes, and notes how it ended for each.</summary>
    private async ValueTask<AttemptResult> RunPartsAsync(DeliveryWorker worker, Route route, QueuedDelivery delivery, SmtpFailure?[] failures)
    {
        var recipients = delivery.Instructions.Recipients;
        var pending = Enumerable.Range(0, failures.Length).Where(i => failures[i] is null).ToArray();
        SmtpReply reply = default;
        var options = delivery.Instructions.RecipientOptions;
        bool[]? withoutDsn = null;
        for (var next = 0; next < pending.Length;)
        {
            var failure = await OpenAsync(worker, route).ConfigureAwait(false);
            var part = pending[next..Math.Min(next + RecipientLimit(worker), pending.Length)];
            next += part.Length;
            var result = failure is not null
                ? new SmtpTransactionResult(default, failure, null, CanContinue: false)
                : await TransactAsync(
                    worker, route, delivery, Array.ConvertAll(part, i => recipients[i]), options.IsEmpty ? default : Array.ConvertAll(part, i => options[i])).ConfigureAwait(false);
            for (var i = 0; i < part.Length; i++)
            {
                failures[part[i]] = result.FailureOf(i);
                if (!options.IsEmpty && !result.OffersDsn)
                {
                    (withoutDsn ??= new bool[recipients.Length])[part[i]] = true;
                }
            }

            reply = result.Reply.Code == 0 ? reply : result.Reply;
        }

        return new AttemptResult
        {
            RecipientFailures = Array.TrueForAll(failures, failure => failure is null) ? null : failures,
            Reply = reply,
            RemoteMta = worker.Connection?.ServerName ?? (route.IsMx ? null : route.Host),
            WithoutDsn = withoutDsn,
        };
    }

    /// <summary>Makes sure of a usable connection to the route. Null: the worker has one.</summary>
    private ValueTask<SmtpFailure?> OpenAsync(DeliveryWorker worker, Route route) =>
        worker.Connection is { } connection && worker.Route == route && !worker.IsUsedUp && !connection.IsStale() ? default : ReopenAsync(worker, route);

    private async ValueTask<SmtpFailure?> ReopenAsync(DeliveryWorker worker, Route route)
    {
        if (worker.IsUsedUp)
        {
            await worker.QuitAsync().ConfigureAwait(false);
        }

        await worker.DropAsync().ConfigureAwait(false);
        if (!worker.MayConnect())
        {
            return ConnectionRateReached;
        }

        var (connection, failure) = await opener.OpenAsync(route, stop.Stopping).ConfigureAwait(false);
        if (connection is not null)
        {
            worker.Attach(connection, route);
        }

        return failure;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SmtpTransactionResult> TransactAsync(
        DeliveryWorker worker, Route route, QueuedDelivery delivery, ReadOnlyMemory<string> recipients, ReadOnlyMemory<RecipientOptions?> recipientOptions)
    {
        var content = delivery.Content;
        var isOpened = content is null;
        try
        {
            content ??= await queue.OpenContentAsync(delivery, CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException fault)
        {
            DeliveryLog.ContentUnreadable(context.Logger, delivery.MessageId, fault);
            return new SmtpTransactionResult(
                default, new SmtpFailure(SmtpParty.Local, SmtpPhase.Content, default, "message cannot be read from the spool"), null, CanContinue: true);
        }

        try
        {
            var message = worker.Messages.Create(delivery, content, recipients, recipientOptions);
            if (delivery.Instructions.MaySign && context.Signer.Sign(ref message) is { } unsigned)
            {
                return new SmtpTransactionResult(default, unsigned, null, CanContinue: true);
            }

            var wasUsed = worker.Connection!.Transactions > 0;
            var result = await worker.Connection.SendAsync(message).ConfigureAwait(false);
            if (wasUsed && result.IsLostBeforeMail)
            {
                // It died while it was kept, which is no attempt at this message: once more, on a new one.
                DeliveryLog.StaleConnection(context.Logger, delivery.Instructions.Destination, worker.Connection.RemoteEndPoint);
                if (await ReopenAsync(worker, route).ConfigureAwait(false) is { } failure)
                {
                    return new SmtpTransactionResult(default, failure, null, CanContinue: false);
                }

                result = await worker.Connection!.SendAsync(message).ConfigureAwait(false);
            }

            if (!result.CanContinue)
            {
                await worker.DropAsync().ConfigureAwait(false);
            }

            return result;
        }
        finally
        {
            if (isOpened)
            {
                content.Release();
            }
        }
    }

    private static AttemptResult ToResult(in SmtpTransactionResult result, Route route, QueuedDelivery delivery) => new()
    {
        WithoutDsn = result.OffersDsn || delivery.Instructions.RecipientOptions.IsEmpty ? null : [.. delivery.Instructions.Recipients.Select(_ => true)],
        Failure = result.Failure,
        RecipientFailures = result.RecipientFailures,
        Reply = result.Reply,
        RemoteMta = route.Host,
    };

    /// <summary>For the queue's history, with the first recipient's failure.</summary>
    private DeliveryAttempt Describe(QueuedDelivery delivery, AttemptResult result, EndPoint? remote, SslProtocols tls, TimeSpan duration) => new()
    {
        At = context.Time.GetUtcNow(),
        Duration = duration,
        Peer = remote is null ? "" : $"{PeerText.Escape(result.RemoteMta ?? "")} [{remote}]".TrimStart(),
        Tls = tls == SslProtocols.None ? "" : tls.ToString(),
        Outcome = Enumerable.Range(0, delivery.Instructions.Recipients.Length).Select(i => result.FailureOf(i)).First(failure => failure is not null)!.ToString(),
    };

    private void Record(QueuedDelivery delivery, in AttemptResult result, EndPoint? remote, SslProtocols tls, TimeSpan duration)
    {
        var recipients = delivery.Instructions.Recipients.Length;
        if (result.IsSuccess)
        {
            context.Metrics.Attempt("delivered", duration);
            if (context.Logger.IsEnabled(LogLevel.Information))
            {
                DeliveryLog.Delivered(
                    context.Logger, delivery.MessageId, delivery.Instructions.Destination, remote, tls, recipients, duration.TotalMilliseconds, PeerText.Escape(result.Reply.ToString()));
            }

            return;
        }

        var failed = 0;
        SmtpFailure? first = null;
        for (var i = 0; i < recipients; i++)
        {
            var failure = result.FailureOf(i);
            first ??= failure;
            failed += failure is null ? 0 : 1;
        }

        context.Metrics.Attempt(failed == recipients ? "failed" : "partial", duration);
        DeliveryLog.NotDelivered(
            context.Logger, delivery.MessageId, delivery.Instructions.Destination, remote, tls, failed, recipients, duration.TotalMilliseconds, first!.ToString());
    }
}
