using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MailManager.Queue;
using MailManager.Queue.Administration;

namespace MailManager.Management.Queue;

/// <summary>An order for deliveries that a filter selects, one batch of them. Body of <c>POST /queue/orders</c>.</summary>
public sealed record OrderRequest
{
    public required OrderKind Order { get; init; }

    /// <summary>Who orders.</summary>
    public required string By { get; init; }

    public required string Filter { get; init; }

    /// <summary>For <see cref="OrderKind.Reroute"/>: <c>relay:NAME</c> or <c>mx:DOMAIN</c>.</summary>
    public string? Destination { get; init; }

    /// <summary>Where the batch begins: 0, or the last answer's <see cref="OrderAnswer.Next"/>.</summary>
    public long After { get; init; }

    /// <summary>Only select.</summary>
    public bool DryRun { get; init; }
}

/// <param name="Selected">Deliveries of this batch that the filter selects.</param>
/// <param name="Done">Those of them for which the order counts now.</param>
/// <param name="Examples">The first of them.</param>
/// <param name="Next">Where the next batch begins; null: this was the last.</param>
public sealed record OrderAnswer(int Selected, int Done, ImmutableArray<DeliveryView> Examples, long? Next);

/// <param name="Count">Deliveries that the filter selects.</param>
public sealed record CountAnswer(long Count);

/// <param name="Deliveries">May be empty although there are more.</param>
/// <param name="Next">Where the next page begins; null: this is the last.</param>
public sealed record ListAnswer(ImmutableArray<DeliveryView> Deliveries, long? Next);

/// <summary>One message. Answer of <c>GET /queue/messages/ID</c>.</summary>
/// <param name="Id">The message's.</param>
/// <param name="History">How it came here; null: that is not known.</param>
/// <param name="Deliveries">Those that are not done, each with the history of its attempts.</param>
public sealed record MessageAnswer(string Id, HistoryView? History, ImmutableArray<DeliveryView> Deliveries);

/// <param name="Message">What is wrong with the request.</param>
public sealed record ErrorAnswer(string Message);

/// <summary>One attempt, in the history of a delivery.</summary>
public sealed record AttemptView(int Number, DateTimeOffset At, double Seconds, string Peer, string Tls, string Outcome);

/// <summary>One delivery; see <see cref="QueueEntry"/>.</summary>
public sealed record DeliveryView
{
    public required long Delivery { get; init; }

    public required string Id { get; init; }

    public required DeliveryState State { get; init; }

    public required string Destination { get; init; }

    public required string Sender { get; init; }

    public required ImmutableArray<string> Recipients { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset NextAttemptAt { get; init; }

    public required int Attempts { get; init; }

    public string? LastReply { get; init; }

    public required long Size { get; init; }

    public required string IngressPoint { get; init; }

    public string? BouncedBy { get; init; }

    /// <summary>Only where one message was asked for.</summary>
    public ImmutableArray<AttemptView>? History { get; init; }

    internal static DeliveryView Of(QueueEntry entry) => new()
    {
        Delivery = entry.Delivery,
        Id = entry.MessageId.ToString(),
        State = entry.State,
        Destination = entry.Destination,
        Sender = entry.Sender,
        Recipients = entry.Recipients,
        ReceivedAt = entry.ReceivedAt,
        ExpiresAt = entry.ExpiresAt,
        NextAttemptAt = entry.NextAttemptAt,
        Attempts = entry.Attempts,
        LastReply = entry.LastReply,
        Size = entry.Size,
        IngressPoint = entry.IngressPoint,
        BouncedBy = entry.BouncedBy,
    };
}

/// <summary>How these are written: camel case, states and orders in lower case with hyphens.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(HyphenatedEnumConverter<DeliveryState>), typeof(HyphenatedEnumConverter<OrderKind>)])]
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(CountAnswer))]
[JsonSerializable(typeof(ListAnswer))]
[JsonSerializable(typeof(MessageAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
public sealed partial class QueueJson : JsonSerializerContext;

/// <summary><c>InAttempt</c> is <c>in-attempt</c>; numbers are refused.</summary>
public sealed class HyphenatedEnumConverter<T>() : JsonStringEnumConverter<T>(System.Text.Json.JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
