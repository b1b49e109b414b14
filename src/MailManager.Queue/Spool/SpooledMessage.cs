namespace MailManager.Queue.Spool;

/// <summary>What the queue keeps in memory of a message besides its deliveries.</summary>
internal sealed class SpooledMessage(long key, string? file)
{
    private int _holders;

    public long Key { get; } = key;

    /// <summary>Name of its body file.</summary>
    public string? File { get; } = file;

    /// <summary>Rows of deliveries that exist. Belongs to the writer's thread; the message's row goes with the last.</summary>
    public int Deliveries { get; set; }

    /// <summary>Octets of the content budget that its content in memory takes.</summary>
    public long HeldBytes { get; set; }

    /// <summary>Sets how many deliveries refer to the content in memory.</summary>
    public void SetHolders(int count) => _holders = count;

    /// <summary>One delivery let the content go; true: it was the last.</summary>
    public bool ReleaseHolder() => Interlocked.Decrement(ref _holders) == 0;
}
