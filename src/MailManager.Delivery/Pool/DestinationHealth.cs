using MailManager.Smtp.Client;

namespace MailManager.Delivery.Pool;

/// <summary>
/// Whether connections to a destination come about. After a failure there is a time without attempts that doubles with each further one;
/// then a single connection probes. Kept under the destination's lock.
/// </summary>
internal sealed class DestinationHealth(TimeProvider time, TimeSpan first, TimeSpan longest)
{
    private int _failures;
    private long _nextProbe;
    private long _suspendedUntil;

    public bool IsFailing => _failures > 0;

    /// <summary>The last failure, for those that are not even tried; null when healthy.</summary>
    public SmtpFailure? LastFailure { get; private set; }

    /// <summary>Nothing is lost when this object is dropped: it is healthy, or failed long ago.</summary>
    public bool MayForget => !IsFailing || time.GetTimestamp() >= _nextProbe + (long)(longest.TotalSeconds * time.TimestampFrequency);

    public bool MayProbe => time.GetTimestamp() >= _nextProbe;

    /// <summary>Nothing may go there now, whatever connections there are.</summary>
    public bool IsSuspended => time.GetTimestamp() < _suspendedUntil;

    /// <summary>What is left of a suspension; zero: there is none.</summary>
    public TimeSpan SuspendedFor => IsSuspended ? time.GetElapsedTime(time.GetTimestamp(), _suspendedUntil) : TimeSpan.Zero;

    /// <summary>Begins a time without attempts, or makes it longer; then a single connection probes.</summary>
    public void Suspend(SmtpFailure reason, TimeSpan length)
    {
        LastFailure = reason;
        _failures = Math.Max(_failures, 1);
        _suspendedUntil = Math.Max(_suspendedUntil, time.GetTimestamp() + (long)(length.TotalSeconds * time.TimestampFrequency));
        _nextProbe = Math.Max(_nextProbe, _suspendedUntil);
    }

    /// <summary>
    /// Returns the time without attempts that begins now; zero when one runs already: connections that were tried at the same time failed
    /// together, which counts as one failure.
    /// </summary>
    public TimeSpan OnFailed(SmtpFailure failure)
    {
        LastFailure = IsSuspended ? LastFailure : failure;
        if (IsFailing && !MayProbe)
        {
            return TimeSpan.Zero;
        }

        var wait = first * Math.Pow(2, Math.Min(_failures, 30));
        wait = wait < longest ? wait : longest;
        _failures++;
        _nextProbe = time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);
        return wait;
    }

    /// <summary>True when it was failing before. A connection that was on the way when a suspension began does not end it.</summary>
    public bool OnSucceeded()
    {
        if (IsSuspended)
        {
            return false;
        }

        var wasFailing = IsFailing;
        _failures = 0;
        _nextProbe = 0;
        LastFailure = null;
        return wasFailing;
    }
}
