using System.Diagnostics.Metrics;

namespace MailManager.Delivery;

/// <summary>Counters of meter <c>MailManager.Delivery</c>. Thread-safe.</summary>
internal sealed class DeliveryMetrics : IDisposable
{
    public const string MeterName = "MailManager.Delivery";

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _recipients;
    private readonly Counter<long> _notificationsDropped;
    private readonly Counter<long> _waits;
    private readonly UpDownCounter<long> _connections;
    private readonly Histogram<double> _duration;

    public DeliveryMetrics()
    {
        _attempts = _meter.CreateCounter<long>("mailmanager.delivery.attempts", "{attempt}", "Attempts that ended, by result.");
        _recipients = _meter.CreateCounter<long>("mailmanager.delivery.recipients", "{recipient}", "Recipients delivered, deferred, failed.");
        _notificationsDropped = _meter.CreateCounter<long>("mailmanager.delivery.notifications.dropped", "{message}", "Notifications that were not made, by reason.");
        _waits = _meter.CreateCounter<long>("mailmanager.delivery.waits", "{wait}", "Times that a destination had to wait for its rate, by limit.");
        _connections = _meter.CreateUpDownCounter<long>("mailmanager.delivery.connections", "{connection}", "Open connections to servers.");
        _duration = _meter.CreateHistogram<double>("mailmanager.delivery.duration", "s", "Duration of attempts.");
    }

    public void Attempt(string result, TimeSpan duration)
    {
        _attempts.Add(1, new KeyValuePair<string, object?>("result", result));
        _duration.Record(duration.TotalSeconds);
    }

    public void Delivered(int recipients) => Count("delivered", recipients);

    public void Deferred(int recipients) => Count("deferred", recipients);

    public void Failed(int recipients) => Count("failed", recipients);

    /// <param name="reason"><c>sender</c>: there is nobody to tell, or who wants to know; <c>rate</c>: too many.</param>
    public void NotificationDropped(string reason) => _notificationsDropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Waiting(string limit) => _waits.Add(1, new KeyValuePair<string, object?>("limit", limit));

    public void ConnectionOpened() => _connections.Add(1);

    public void ConnectionClosed() => _connections.Add(-1);

    public void Dispose() => _meter.Dispose();

    private void Count(string result, int recipients)
    {
        if (recipients > 0)
        {
            _recipients.Add(recipients, new KeyValuePair<string, object?>("result", result));
        }
    }
}
