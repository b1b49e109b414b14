using MailManager.Messages.Envelope;

namespace MailManager.Queue.Spool;

/// <summary>
/// Hands out row keys. A key is never used twice, also when its row was rolled back. Watches whether the ids of messages rise with their keys, as they do unless
/// the clock was set back or a notification could not be written for a while. Belongs to the writer's thread.
/// </summary>
internal sealed class KeySequence(long lastMessage, long lastDelivery)
{
    /// <summary>Ids whose times are no further apart than this, in milliseconds, may have keys in any order: messages take a while from their id to their row.</summary>
    public const long Tolerance = 5000;

    private long _lastMessage = lastMessage;
    private long _lastDelivery = lastDelivery;

    /// <summary>Latest time of an id in the present run; before the first: any id begins one.</summary>
    private long _latest = long.MaxValue;

    /// <summary>The key of a message.</summary>
    /// <param name="id">The message's.</param>
    /// <param name="beginsRun">From this message on, ids are in no order with those before.</param>
    public long NextMessage(MessageId id, out bool beginsRun)
    {
        var time = id.UnixMilliseconds;
        beginsRun = time < _latest - Tolerance;
        _latest = beginsRun ? time : Math.Max(_latest, time);
        return ++_lastMessage;
    }

    /// <summary>The first of as many consecutive keys.</summary>
    public long NextDeliveries(int count)
    {
        var first = _lastDelivery + 1;
        _lastDelivery += count;
        return first;
    }

    /// <summary>A transaction failed, and with it perhaps the beginning of a run: the next message begins another.</summary>
    public void ForgetOrder() => _latest = long.MaxValue;
}
