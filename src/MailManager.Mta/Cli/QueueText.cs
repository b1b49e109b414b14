using System.Globalization;
using System.Text;
using MailManager.Management.Queue;
using MailManager.Queue.Administration;
using MailManager.Smtp.Replies;

namespace MailManager.Mta.Cli;

/// <summary>Deliveries of the queue, to be read by people. Addresses come from strangers and are escaped; replies are already.</summary>
internal static class QueueText
{
    /// <summary>One line: id, state, destination, size, attempts, sender and recipients, last reply.</summary>
    public static string Line(DeliveryView delivery) =>
        $"{delivery.Id}  {Name(delivery.State),-10}  {Escape(delivery.Destination)}  {delivery.Size} B  {delivery.Attempts} attempts  " +
        $"<{Escape(delivery.Sender)}> -> {Recipients(delivery)}{(delivery.LastReply is { } reply ? "  " + reply : "")}";

    /// <summary>Several lines: how the message came and what was decided, then of each delivery all that is known, and each attempt.</summary>
    public static string Describe(MessageAnswer message)
    {
        var text = new StringBuilder();
        text.AppendLine(message.Id);
        if (message.Deliveries is [var first, ..])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  received      {Time(first.ReceivedAt)} by {Escape(first.IngressPoint)}, {first.Size} octets");
            text.AppendLine(CultureInfo.InvariantCulture, $"  expires       {Time(first.ExpiresAt)}");
        }

        if (message.History is { } history)
        {
            HistoryText.AppendTo(text, history);
        }

        foreach (var delivery in message.Deliveries)
        {
            Append(text, delivery);
        }

        return text.ToString().TrimEnd();
    }

    private static void Append(StringBuilder text, DeliveryView delivery)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"delivery {delivery.Delivery}, {Name(delivery.State)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  from          <{Escape(delivery.Sender)}>");
        text.AppendLine(CultureInfo.InvariantCulture, $"  to            {Recipients(delivery)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  destination   {Escape(delivery.Destination)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  next attempt  {(delivery.State == DeliveryState.Held ? "when it is released" : Time(delivery.NextAttemptAt))}");
        if (delivery.BouncedBy is { } who)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  bounced by    {Escape(who)}");
        }

        foreach (var attempt in delivery.History ?? [])
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  attempt {attempt.Number}, {Time(attempt.At)}, {attempt.Seconds:0.0} s, {Or(attempt.Peer, "no connection")}, {Or(attempt.Tls, "no TLS")}");
            text.AppendLine(CultureInfo.InvariantCulture, $"    {attempt.Outcome}");
        }
    }

    private static string Name(DeliveryState state) => state == DeliveryState.InAttempt ? "in-attempt" : state.ToString().ToLowerInvariant();

    private static string Recipients(DeliveryView delivery) => string.Join(", ", delivery.Recipients.Select(recipient => $"<{Escape(recipient)}>"));

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;

    private static string Escape(string text) => PeerText.Escape(text);
}
