namespace MailManager.Queue.Spool;

/// <summary><c>delivery.state</c>: who knows of the row.</summary>
internal enum RowState
{
    /// <summary>The process that accepted it holds it in memory; after a restart it is read at once. Such rows are in no index.</summary>
    InMemory = 0,

    /// <summary>Read when its time has come and its destination has room.</summary>
    Waiting = 1,

    /// <summary>Waits for an order to release it; its <c>next_attempt_at</c> is when it expires, and it is read then.</summary>
    Held = 2,
}
