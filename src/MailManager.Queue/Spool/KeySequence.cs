namespace MailManager.Queue.Spool;

/// <summary>Hands out row keys. A key is never used twice, also when its row was rolled back. Belongs to the writer's thread.</summary>
internal sealed class KeySequence(long lastMessage, long lastDelivery)
{
    private long _lastMessage = lastMessage;
    private long _lastDelivery = lastDelivery;

    public long NextMessage() => ++_lastMessage;

    /// <summary>The first of as many consecutive keys.</summary>
    public long NextDeliveries(int count)
    {
        var first = _lastDelivery + 1;
        _lastDelivery += count;
        return first;
    }
}
