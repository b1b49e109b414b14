namespace MailManager.Queue.Spool;

/// <summary>What the queue keeps in memory of a message besides its deliveries.</summary>
internal sealed class SpooledMessage(long key, string? file)
{
    private int _holders;

    public long Key { get; } = key;

    /// <summary>Name of its body file.</summary>
    public string? File { get; } = file;

    /// <summary>It was accepted for one delivery. False where that is not known.</summary>
    public bool HasOneDelivery { get; init; }

    /// <summary>Octets of the content budget that its content in memory takes.</summary>
    public long HeldBytes { get; set; }

    /// <summary>Sets how many deliveries refer to the content in memory.</summary>
    public void SetHolders(int count) => _holders = count;

    /// <summary>One delivery let the content go; true: it was the last.</summary>
    public bool ReleaseHolder() => Interlocked.Decrement(ref _holders) == 0;

    /// <summary>Deletes the rows of a delivery, and the message's with the last of them. True: the message is gone.</summary>
    public bool RemoveDelivery(SpoolStore store, long delivery, bool hasAttempts)
    {
        store.DeleteDelivery(delivery);
        if (hasAttempts)
        {
            store.DeleteAttempts(delivery);
        }

        if (!HasOneDelivery && store.HasSibling(delivery, Key))
        {
            return false;
        }

        store.DeleteMessage(Key);
        return true;
    }
}
