using MailManager.Delivery.Shaping;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Pool;

/// <summary>
/// How many connections a destination may have now, by all that its server has shown: whether connections come about, how attempts ended, how long its
/// replies take, and what reply patterns say. Kept under the destination's lock, but for <see cref="IsEnough"/>.
/// </summary>
internal sealed class DestinationPace
{
    private readonly DestinationLimits _limits;
    private readonly DeliveryOptions _options;
    private readonly TimeProvider _time;
    private readonly DestinationHealth _health;
    private readonly ConcurrencyWindow _window;
    private readonly LatencyWatch _latency;
    private long _noGrowthBefore;
    private volatile TimedLimits? _timed;

    public DestinationPace(DestinationLimits limits, DeliveryOptions options, TimeProvider time)
    {
        _limits = limits;
        _options = options;
        _time = time;
        _health = new DestinationHealth(time, options.FirstBackoff, options.MaxBackoff);
        _window = new ConcurrencyWindow(limits.InitialConnections, limits.MaxConnections);
        _latency = new LatencyWatch(time);
    }

    /// <summary>Connections at most.</summary>
    public int Size => _window.Size;

    /// <summary>Changes with each halving; an attempt belongs to the round that it began in.</summary>
    public int Round => _window.Round;

    /// <summary>Nothing may go there now, whatever connections there are.</summary>
    public bool IsSuspended => _health.IsSuspended;

    /// <summary>Nothing is lost when this object is dropped.</summary>
    public bool MayForget => _health.MayForget && _timed is null;

    /// <summary>A connection that carried so many messages is closed. From any thread.</summary>
    public bool IsEnough(int transactions)
    {
        var most = _limits.MaxMessagesPerConnection;
        return (most > 0 && transactions >= most) || transactions >= (_timed?.Messages ?? int.MaxValue);
    }

    /// <summary>Another worker may be started to open a connection.</summary>
    /// <param name="workers">Those that there are.</param>
    public bool MayGrow(int workers) => _health.IsFailing ? workers == 0 && _health.MayProbe : workers == 0 || MayAddConnection;

    /// <summary>A worker without a connection may open one: not in the pause after a failure.</summary>
    /// <param name="open">Connections that are open.</param>
    public bool MayOpen(int open) => _health.IsFailing ? _health.MayProbe : open == 0 || MayAddConnection;

    /// <summary>
    /// Why nothing is to be tried now: the destination is suspended; or it fails, nobody is on the way to it, and it is not time for a probe. Null: something
    /// may be.
    /// </summary>
    /// <param name="workers">Those that there are.</param>
    public Pause? PauseOf(int workers) =>
        IsSuspended || (_health.IsFailing && workers == 0 && !_health.MayProbe) ? new Pause(_health.LastFailure!, _health.SuspendedFor) : null;

    /// <summary>Takes in how the worker's last attempt ended.</summary>
    public PaceChange Apply(DeliveryWorker worker)
    {
        var (sign, replyTime) = (worker.Sign, worker.ReplyTime);
        (worker.Sign, worker.ReplyTime) = (AttemptSign.None, null);

        // Replies to what began before the last halving say nothing of the time since.
        var isSlow = sign == AttemptSign.Succeeded && worker.Round == Round && replyTime is { } time && _latency.Add(time);
        var hasGrown = _window.Apply(isSlow ? AttemptSign.Congested : sign, worker.Round);
        return isSlow ? PaceChange.Slow : hasGrown ? PaceChange.Grown : PaceChange.None;
    }

    /// <summary>A connection is open. True when the destination was failing before.</summary>
    public bool OnOpened() => _health.OnSucceeded();

    /// <summary>No connection came about while others are open: no new ones for a while.</summary>
    public void OnRefused() => _noGrowthBefore = _time.GetTimestamp() + Ticks(_options.FirstBackoff);

    /// <summary>No connection came about and none is open. Returns the time without attempts that begins now; zero when one runs already.</summary>
    public TimeSpan OnFailed(SmtpFailure failure) => _health.OnFailed(failure);

    /// <summary>Begins a time without attempts; afterwards a single connection probes, and more come with each round of successes.</summary>
    public void Suspend(SmtpFailure reason, TimeSpan length)
    {
        _health.Suspend(reason, length);
        _window.Collapse();
    }

    /// <summary>Puts the action's limits in force for their time; later ones take the place of earlier ones.</summary>
    public void Limit(ReplyAction action)
    {
        _timed = new TimedLimits(action.MaxMessagesPerConnection, _time.GetTimestamp() + Ticks(action.LimitTime));
        _window.Limit(action.MaxConnections);
    }

    /// <summary>Once a second: limits end whose time is over.</summary>
    public void Tick()
    {
        if (_timed is { } timed && _time.GetTimestamp() >= timed.Until)
        {
            _timed = null;
            _window.Limit(null);
        }
    }

    private bool MayAddConnection => _time.GetTimestamp() >= _noGrowthBefore;

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);

    private sealed record TimedLimits(int? Messages, long Until);
}

/// <summary>Why nothing is tried now.</summary>
/// <param name="Reason">For those that are not tried.</param>
/// <param name="Length">They are tried again no earlier than after this time; zero: their schedule says when.</param>
internal readonly record struct Pause(SmtpFailure Reason, TimeSpan Length);

/// <summary>What the end of an attempt has changed.</summary>
internal enum PaceChange
{
    None,

    /// <summary>There is room for one more connection.</summary>
    Grown,

    /// <summary>The server has become slow, and the number of connections was halved.</summary>
    Slow,
}
