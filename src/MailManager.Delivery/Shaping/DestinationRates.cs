using MailManager.Delivery.Pool;
using MailManager.Queue;

namespace MailManager.Delivery.Shaping;

/// <summary>
/// The rates of one destination that has any, and the timer that tells when the next may go. Kept under the destination's lock; the timer calls without it.
/// </summary>
internal sealed class DestinationRates : IDisposable
{
    private readonly string _destination;
    private readonly DeliveryContext _context;
    private readonly RateWindow? _connections;
    private readonly RateWindow? _messages;
    private readonly RateWindow? _recipients;
    private readonly ITimer _timer;
    private long _noMessageBefore;
    private long _noConnectionBefore;

    // When the timer fires; the greatest number while it is not set.
    private long _due = long.MaxValue;

    private DestinationRates(string destination, DestinationLimits limits, DeliveryContext context, Action resume)
    {
        _destination = destination;
        _context = context;
        _connections = Window(limits.ConnectionRate);
        _messages = Window(limits.MessageRate);
        _recipients = Window(limits.RecipientRate);
        _timer = context.Time.CreateTimer(static state => ((Action)state!)(), resume, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Null: there are no rates.</summary>
    /// <param name="destination">Its key.</param>
    /// <param name="limits">Of the destination.</param>
    /// <param name="context">What all destinations share.</param>
    /// <param name="resume">Called when a wait is over.</param>
    public static DestinationRates? Create(string destination, DestinationLimits limits, DeliveryContext context, Action resume) =>
        limits is { ConnectionRate: null, MessageRate: null, RecipientRate: null } ? null : new DestinationRates(destination, limits, context, resume);

    /// <summary>Nothing is lost when this object is dropped.</summary>
    public bool MayForget
    {
        get
        {
            var now = _context.Time.GetTimestamp();
            return _connections?.IsEmpty(now) != false && _messages?.IsEmpty(now) != false && _recipients?.IsEmpty(now) != false;
        }
    }

    /// <summary>A new connection would not have to wait, as far as is known, and nor would a message.</summary>
    public bool MayStart => _context.Time.GetTimestamp() is var now && now >= _noMessageBefore && now >= _noConnectionBefore;

    /// <summary>
    /// Takes a message, with a connection if it <paramref name="opens"/> one. False: nothing was taken, it must wait, and the timer is set.
    /// </summary>
    public bool Take(QueuedDelivery delivery, bool opens)
    {
        var recipients = delivery.Instructions.Recipients.Length;
        var now = _context.Time.GetTimestamp();
        var forConnection = opens ? _connections?.WaitFor(1, now) ?? 0 : 0;
        var forMessage = _messages?.WaitFor(1, now) ?? 0;
        var forRecipients = _recipients?.WaitFor(recipients, now) ?? 0;
        if (forMessage > 0 || forRecipients > 0)
        {
            _noMessageBefore = now + Math.Max(forMessage, forRecipients);
            Wait(now, _noMessageBefore, forMessage >= forRecipients ? nameof(DestinationLimits.MessageRate) : nameof(DestinationLimits.RecipientRate));
            return false;
        }

        if (forConnection > 0)
        {
            _noConnectionBefore = now + forConnection;
            Wait(now, _noConnectionBefore, nameof(DestinationLimits.ConnectionRate));
            return false;
        }

        _messages?.Take(1, now);
        _recipients?.Take(recipients, now);
        if (opens)
        {
            _connections?.Take(1, now);
        }

        return true;
    }

    /// <summary>Takes a connection for a message that was taken before, and has lost its own. False: it must wait, and the timer is set.</summary>
    public bool TakeConnection()
    {
        var now = _context.Time.GetTimestamp();
        if (_connections?.WaitFor(1, now) is > 0 and var wait)
        {
            _noConnectionBefore = now + wait;
            Wait(now, _noConnectionBefore, nameof(DestinationLimits.ConnectionRate));
            return false;
        }

        _connections?.Take(1, now);
        return true;
    }

    /// <summary>The timer has called. If there is another wait, it is set again.</summary>
    public void OnResumed()
    {
        _due = long.MaxValue;
        var now = _context.Time.GetTimestamp();
        foreach (var due in (ReadOnlySpan<long>)[_noMessageBefore, _noConnectionBefore])
        {
            if (due > now)
            {
                SetTimer(now, due);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private RateWindow? Window(RateLimit? rate) => rate is null ? null : new RateWindow(rate, _context.Time.TimestampFrequency);

    private void Wait(long now, long due, string limit)
    {
        _context.Metrics.Waiting(limit);
        DeliveryLog.WaitingForRate(_context.Logger, _destination, limit);
        SetTimer(now, due);
    }

    /// <summary>In whole milliseconds, rounded up, as timers count in them: one that fires too early would only be set again.</summary>
    private void SetTimer(long now, long due)
    {
        if (due < _due)
        {
            _due = due;
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling((due - now) * 1000.0 / _context.Time.TimestampFrequency)), Timeout.InfiniteTimeSpan);
        }
    }
}
