namespace MailManager.Queue.Spool;

/// <summary>
/// One settlement on its way to disk. Repeated until it is durable; only then can the delivery be read from the spool again. Belongs to the
/// writer's thread once handed over.
/// </summary>
internal sealed class SettleOperation(DeliveryAdmission admission) : IThreadPoolWorkItem
{
    private bool _isMessageRemoved;

    public required long Delivery { get; init; }

    public required SpooledMessage Message { get; init; }

    /// <summary>Attempts before this one may have left rows.</summary>
    public required bool HasAttempts { get; init; }

    /// <summary>What the row says from now on; null: nothing remains and the row goes.</summary>
    public DeliveryUpdate? Update { get; init; }

    /// <summary>A message that is inserted in the same transaction.</summary>
    public MessageBatch? Notification { get; init; }

    public void Apply(SpoolStore store, KeySequence keys)
    {
        if (Update is not null)
        {
            store.UpdateDelivery(Delivery, Update);
        }
        else
        {
            _isMessageRemoved = Message.RemoveDelivery(store, Delivery, HasAttempts);
        }

        Notification?.Insert(store, keys, admission.Window);
    }

    /// <summary>The transaction is durable.</summary>
    public void Complete()
    {
        admission.Settled(Delivery, Update, _isMessageRemoved);
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
