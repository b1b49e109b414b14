namespace MailManager.Queue.Schedule;

/// <summary>
/// The deliveries in memory, by key, and what follows from them for rows: which of those that a load finds say less than what is known here. Guarded by the gate
/// of the <see cref="DispatchWindow"/>.
/// </summary>
internal sealed class InMemoryDeliveries
{
    // Until their settlement is durable.
    private readonly Dictionary<long, QueuedDelivery> _deliveries = [];
    private readonly HashSet<long> _unreadable = [];
    private readonly HashSet<long> _settledWhileLoading = [];
    private bool _isLoading;

    public int Count => _deliveries.Count;

    public void Add(QueuedDelivery delivery) => _deliveries.Add(delivery.Key, delivery);

    /// <summary>Null: all that there is to know of it is in the spool.</summary>
    public QueuedDelivery? Find(long delivery) => _deliveries.GetValueOrDefault(delivery);

    /// <summary>The settlement of a delivery is durable.</summary>
    public void Settled(long delivery)
    {
        _deliveries.Remove(delivery);
        if (_isLoading)
        {
            _settledWhileLoading.Add(delivery);
        }
    }

    public void BeginLoad() => _isLoading = true;

    public void EndLoad()
    {
        _isLoading = false;
        _settledWhileLoading.Clear();
    }

    /// <summary>While loading: what the row says is out of date, or cannot be read.</summary>
    public bool IsExcluded(long delivery) => _deliveries.ContainsKey(delivery) || _settledWhileLoading.Contains(delivery) || _unreadable.Contains(delivery);

    /// <summary>This row is left alone until the next start. False: that is known already.</summary>
    public bool MarkUnreadable(long delivery) => _unreadable.Add(delivery);
}
