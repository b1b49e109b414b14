using MailManager.Delivery.Shaping;
using MailManager.Messages.Envelope;
using MailManager.Smtp.Replies;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Dsn;

/// <summary>
/// Limits how many notifications go to one address, and how many go at all: who sends in the name of another can make a server write to that other
/// (backscatter). Addresses are kept in bounded number; the one that was told least recently makes room. Thread-safe.
/// </summary>
internal sealed class NotificationLimiter(DeliveryOptions options, TimeProvider time, DeliveryMetrics metrics, ILogger logger)
{
    /// <summary>As many as the default of all notifications in its time, so that with it none makes room too early.</summary>
    internal const int MaxAddresses = 10_000;

    private readonly Lock _lock = new();
    private readonly RateWindow _all = new(options.TotalNotificationRate, time.TimestampFrequency);
    private readonly Dictionary<string, LinkedListNode<(string Address, RateWindow Window)>> _addresses = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The one that was told last comes first.</summary>
    private readonly LinkedList<(string Address, RateWindow Window)> _order = new();

    /// <summary>How many addresses are kept.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _addresses.Count;
            }
        }
    }

    /// <summary>Counts a notification of that message to an address. False: it must not be made, which is logged and counted.</summary>
    public bool TryTake(MessageId message, string address)
    {
        if (Take(address) is not { } reached)
        {
            return true;
        }

        DeliveryLog.NotificationLimited(logger, message, PeerText.Escape(address), reached);
        metrics.NotificationDropped("rate");
        return false;
    }

    /// <summary>The limit that is reached; null: it is counted.</summary>
    private string? Take(string address)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_all.WaitFor(1, now) > 0)
            {
                return "TotalNotificationRate";
            }

            var window = WindowOf(address);
            if (window.WaitFor(1, now) > 0)
            {
                return "NotificationRate";
            }

            window.Take(1, now);
            _all.Take(1, now);
            return null;
        }
    }

    private RateWindow WindowOf(string address)
    {
        if (_addresses.TryGetValue(address, out var node))
        {
            _order.Remove(node);
        }
        else
        {
            if (_addresses.Count == MaxAddresses)
            {
                _addresses.Remove(_order.Last!.Value.Address);
                _order.RemoveLast();
            }

            node = new((address, new RateWindow(options.NotificationRate, time.TimestampFrequency)));
            _addresses.Add(address, node);
        }

        _order.AddFirst(node);
        return node.Value.Window;
    }
}
