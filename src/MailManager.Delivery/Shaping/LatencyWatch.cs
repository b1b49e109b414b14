namespace MailManager.Delivery.Shaping;

/// <summary>
/// Tells when a destination has become slow: when the time that it takes for its reply to a whole message, averaged with the gain of TCP (1/8, RFC 6298
/// §2.3), is more than twice the least average of the last five to ten minutes, and more than a second above it. As TCP Vegas does with round trips, it takes
/// growing delay for a queue that we fill. The least average is that of a time that passes, as in BBR, so that a destination that stays slow for
/// other reasons is soon measured by what it is now. Kept under the destination's lock; times are of a monotonic clock.
/// </summary>
internal sealed class LatencyWatch(TimeProvider time)
{
    /// <summary>Replies before an average counts.</summary>
    internal const int LeastReplies = 8;

    private const double Gain = 1.0 / 8;
    private const double Factor = 2;
    private const double SlackSeconds = 1;

    /// <summary>How long the least average is remembered: this long at least, twice as long at most.</summary>
    internal static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private double _average;
    private int _replies;
    private double _least = double.PositiveInfinity;
    private double _leastBefore = double.PositiveInfinity;
    private long _since;

    /// <summary>True: it has become slow. The average then begins anew.</summary>
    /// <param name="replyTime">From the last octet of a message to the reply.</param>
    public bool Add(TimeSpan replyTime)
    {
        Forget(time.GetTimestamp());
        _average = _replies == 0 ? replyTime.TotalSeconds : _average + ((replyTime.TotalSeconds - _average) * Gain);
        if (++_replies < LeastReplies)
        {
            return false;
        }

        var least = Math.Min(_least, _leastBefore);
        if (_average > least * Factor && _average > least + SlackSeconds)
        {
            _replies = 0;
            return true;
        }

        _least = Math.Min(_least, _average);
        return false;
    }

    private void Forget(long now)
    {
        var age = time.GetElapsedTime(_since, now);
        if (age < Memory)
        {
            return;
        }

        _leastBefore = age < Memory * 2 ? _least : double.PositiveInfinity;
        _least = double.PositiveInfinity;
        _since = now;
    }
}
