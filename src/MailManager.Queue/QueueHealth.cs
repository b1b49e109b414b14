namespace MailManager.Queue;

/// <summary>Whether messages can be made durable now; kept up to date also while no mail comes.</summary>
public enum QueueHealth
{
    Ready,

    /// <summary>The disk is full; messages are refused until space comes back.</summary>
    StorageFull,

    /// <summary>The last write failed; it is being tried again.</summary>
    StorageFailed,

    Stopped,
}
