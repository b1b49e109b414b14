using System.Collections.Immutable;
using System.Net;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Queue.Administration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MailManager.Management.Queue;

/// <summary>What the endpoints below <c>/queue</c> work with.</summary>
/// <param name="Administration">The queue.</param>
/// <param name="Token">What a client has to know.</param>
/// <param name="CanReach">Whether a delivery can be given this destination.</param>
public sealed record QueueAccess(QueueAdministration Administration, ManagementToken Token, Func<string, bool> CanReach);

/// <summary>
/// <c>GET /queue</c>, <c>GET /queue/count</c>, <c>GET /queue/messages/ID</c> and <c>POST /queue/orders</c>. Long work is asked for part by part, so
/// that no request runs for long and a client can show how far it is.
/// </summary>
internal static class QueueEndpoints
{
    private const int MaxPage = 1000;
    private const int Examples = 5;

    public static void Map(IEndpointRouteBuilder endpoints, QueueAccess access)
    {
        var group = endpoints.MapGroup("/queue");
        group.AddEndpointFilter(async (context, next) => Refusal(context.HttpContext.Request, access.Token) ?? await next(context).ConfigureAwait(false));
        group.MapGet("", (HttpRequest request) => AnswerAsync(() => ListAsync(request, access.Administration)));
        group.MapGet("/count", (HttpRequest request) => AnswerAsync(() => CountAsync(request, access.Administration)));
        group.MapGet("/messages/{id}", (string id) => AnswerAsync(() => ShowAsync(id, access.Administration)));
        group.MapPost("/orders", (HttpRequest request) => AnswerAsync(() => OrderAsync(request, access)));
    }

    /// <summary>
    /// Without the token nothing is said. A name in Host that is not this machine's own is how a page in somebody's browser would reach a listener
    /// on loopback.
    /// </summary>
    private static IResult? Refusal(HttpRequest request, ManagementToken token) =>
        !IPAddress.TryParse(request.Host.Host, out _) && request.Host.Host != "localhost" ? Error(StatusCodes.Status403Forbidden, "the Host header has to be an address, or localhost")
        : !token.IsIn(request.Headers.Authorization) ? Error(StatusCodes.Status401Unauthorized, "the token in management.token is needed: Authorization: Bearer TOKEN")
        : null;

    private static async Task<IResult> AnswerAsync(Func<Task<IResult>> answer)
    {
        try
        {
            return await answer().ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            return Error(StatusCodes.Status503ServiceUnavailable, exception.Message);
        }
    }

    private static async Task<IResult> ListAsync(HttpRequest request, QueueAdministration queue)
    {
        if (QueueFilter.TryParse(request.Query["filter"].ToString(), out var error) is not { } filter)
        {
            return Error(StatusCodes.Status400BadRequest, $"filter: {error}");
        }

        if (!TryReadNumber(request, "after", 0, out var after) || !TryReadNumber(request, "limit", 100, out var limit) || limit is < 1 or > MaxPage)
        {
            return Error(StatusCodes.Status400BadRequest, $"after has to be a number, limit one from 1 to {MaxPage}");
        }

        var page = await queue.ReadAsync(filter, after, (int)limit).ConfigureAwait(false);
        return Results.Json(new ListAnswer([.. page.Entries.Select(DeliveryView.Of)], page.Next), QueueJson.Default.ListAnswer);
    }

    private static async Task<IResult> CountAsync(HttpRequest request, QueueAdministration queue)
    {
        if (QueueFilter.TryParse(request.Query["filter"].ToString(), out var error) is not { } filter)
        {
            return Error(StatusCodes.Status400BadRequest, $"filter: {error}");
        }

        long count = 0;
        for (long? after = 0; after is { } from && !request.HttpContext.RequestAborted.IsCancellationRequested;)
        {
            var page = await queue.ReadAsync(filter, from, int.MaxValue).ConfigureAwait(false);
            count += page.Entries.Count;
            after = page.Next;
        }

        return Results.Json(new CountAnswer(count), QueueJson.Default.CountAnswer);
    }

    private static async Task<IResult> ShowAsync(string id, QueueAdministration queue)
    {
        if (!MessageId.TryParse(id, out var wanted))
        {
            return Error(StatusCodes.Status400BadRequest, "that is no id");
        }

        if (await queue.FindAsync(wanted).ConfigureAwait(false) is not { } message)
        {
            return Error(StatusCodes.Status404NotFound, "no such message is in the queue");
        }

        var deliveries = ImmutableArray.CreateBuilder<DeliveryView>(message.Deliveries.Count);
        foreach (var entry in message.Deliveries)
        {
            var attempts = await queue.ReadAttemptsAsync(entry.Delivery).ConfigureAwait(false);
            deliveries.Add(DeliveryView.Of(entry) with
            {
                History = [.. attempts.Select(item => new AttemptView(
                    item.Number, item.Attempt.At, item.Attempt.Duration.TotalSeconds, item.Attempt.Peer, item.Attempt.Tls, item.Attempt.Outcome))],
            });
        }

        return Results.Json(
            new MessageAnswer(id, HistoryView.Of(message.History, message.Recipients), deliveries.MoveToImmutable()), QueueJson.Default.MessageAnswer);
    }

    private static async Task<IResult> OrderAsync(HttpRequest request, QueueAccess access)
    {
        OrderRequest? wanted;
        try
        {
            wanted = await request.ReadFromJsonAsync(QueueJson.Default.OrderRequest).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException)
        {
            return Error(StatusCodes.Status400BadRequest, $"the body is no order: {exception.Message}");
        }

        if (wanted is null || string.IsNullOrWhiteSpace(wanted.By))
        {
            return Error(StatusCodes.Status400BadRequest, "who orders has to be said in 'by'");
        }

        if (QueueFilter.TryParse(wanted.Filter, out var error) is not { } filter)
        {
            return Error(StatusCodes.Status400BadRequest, $"filter: {error}");
        }

        if ((wanted.Order == OrderKind.Reroute) != (wanted.Destination is not null) || (wanted.Destination is { } destination && !access.CanReach(destination)))
        {
            return Error(StatusCodes.Status400BadRequest, "reroute, and only that, needs a destination: relay:NAME of a relay that there is, or mx:DOMAIN");
        }

        var page = await access.Administration.ReadAsync(filter, wanted.After, QueueAdministration.BatchSize).ConfigureAwait(false);
        var done = wanted.DryRun || page.Entries.Count == 0
            ? 0
            : await access.Administration.OrderAsync(
                new DeliveryOrder(wanted.Order, wanted.By, wanted.Destination), [.. page.Entries.Select(entry => entry.Delivery)]).ConfigureAwait(false);
        return Results.Json(
            new OrderAnswer(page.Entries.Count, done, [.. page.Entries.Take(Examples).Select(DeliveryView.Of)], page.Next), QueueJson.Default.OrderAnswer);
    }

    private static bool TryReadNumber(HttpRequest request, string name, long otherwise, out long value)
    {
        value = otherwise;
        return !request.Query.TryGetValue(name, out var text)
            || long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out value);
    }

    private static IResult Error(int status, string message) => Results.Json(new ErrorAnswer(message), QueueJson.Default.ErrorAnswer, statusCode: status);
}
