namespace MailManager.Queue.Spool;

/// <summary>
/// One settlement on its way to disk: a snapshot, since the delivery itself goes on at once. Repeated until it is durable, in order for
/// each delivery. Belongs to the writer's thread once handed over.
/// </summary>
internal sealed class SettleOperation(DeliveryAdmission admission) : IThreadPoolWorkItem
{
    private bool _isRemovalApplied;
    private bool _isMessageRemoved;

    public required long Delivery { get; init; }

    public required SpooledMessage Message { get; init; }

    /// <summary>Nothing remains: the row goes.</summary>
    public required bool IsDone { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset NextAttemptAt { get; init; }

    public string? Failure { get; init; }

    /// <summary>New record when the recipients have become fewer; empty: unchanged.</summary>
    public ReadOnlyMemory<byte> Instructions { get; init; }

    /// <summary>A message that is inserted in the same transaction.</summary>
    public MessageBatch? Notification { get; init; }

    public void Apply(SpoolStore store, KeySequence keys)
    {
        if (IsDone)
        {
            store.DeleteDelivery(Delivery);
            Message.Deliveries--;
            _isRemovalApplied = true;
            if (Message.Deliveries == 0)
            {
                store.DeleteMessage(Message.Key);
                _isMessageRemoved = true;
            }
        }
        else
        {
            store.UpdateDelivery(Delivery, Attempts, NextAttemptAt, Failure, Instructions.Span);
        }

        Notification?.Insert(store, keys);
    }

    /// <summary>The transaction was rolled back.</summary>
    public void Undo()
    {
        if (_isRemovalApplied)
        {
            Message.Deliveries++;
            _isRemovalApplied = false;
            _isMessageRemoved = false;
        }
    }

    /// <summary>The transaction is durable.</summary>
    public void Complete()
    {
        if (IsDone)
        {
            admission.Removed(_isMessageRemoved);
        }

        if (Notification is not null || (_isMessageRemoved && Message.File is not null))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_isMessageRemoved && Message.File is { } file)
        {
            admission.DeleteBodyFile(file);
        }

        if (Notification is not null)
        {
            admission.Admit(Notification);
            Notification.Clear();
        }
    }
}
