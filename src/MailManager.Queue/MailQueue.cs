using MailManager.Messages.Bytes;
using MailManager.Queue.Administration;
using MailManager.Queue.Recovery;
using MailManager.Queue.Schedule;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue;

/// <summary>
/// The queue of one node: a SQLite spool with one writing thread, body files beside it, and the schedule of deliveries in memory.
/// </summary>
/// <remarks>
/// Order of life: <see cref="Open"/> takes the directory and reads what it holds, <see cref="Start"/> begins to dispatch,
/// <see cref="StopAsync"/> ends dispatching, writes what was settled and lets the directory go. Stop those who accept and deliver first.
/// </remarks>
public sealed class MailQueue : IMailQueue, IAsyncDisposable
{
    private readonly DataDirectoryLock _lock;
    private readonly BodyFileStore _bodies;
    private readonly SpoolReaders _readers;
    private readonly SpoolWriter _writer;
    private readonly BodyFileSyncer _syncer;
    private readonly DispatchWindow _window;
    private readonly BacklogLoader _loader;
    private readonly OverdueWatch _overdue;
    private readonly DeliveryAdmission _admission;
    private readonly AcceptOperationPool _operations;
    private readonly Settlements _settlements;
    private readonly ClockWatch _clock;
    private readonly StorageWatch _watch;
    private readonly QueueMetrics _metrics;
    private readonly SpoolCatalog _catalog;
    private readonly ILogger _logger;
    private Task? _stopped;

    private MailQueue(MailQueueOptions options, DataDirectoryLock directoryLock, TimeProvider timeProvider, ILogger logger)
    {
        var path = Path.Combine(options.Directory, "queue.db");
        var reserve = new DiskReserve(Path.Combine(options.Directory, "reserve"), options.ReserveBytes);
        var budget = new ContentBudget(options.ContentBudget);
        _lock = directoryLock;
        _logger = logger;

        // Opening must work on a full disk too.
        reserve.Release();
        var store = SpoolStore.Open(path, reserve.LogLimit);
        RecoveredSpool recovered;
        try
        {
            recovered = RecoveredSpool.Load(store.Database, timeProvider, logger);
            _bodies = new BodyFileStore(Path.Combine(options.Directory, "bodies"), timeProvider, logger);
            _bodies.Sweep(recovered.Files);
            SyncNames(options.Directory);
        }
        catch
        {
            store.Dispose();
            throw;
        }

        _window = new DispatchWindow(options, recovered.Clock, logger);
        _loader = new BacklogLoader(path, _window, logger);
        _overdue = new OverdueWatch(_window, timeProvider, logger);
        _metrics = new QueueMetrics(() => _window.InMemory, () => budget.Held, () => _overdue.Count);
        _watch = new StorageWatch(_metrics, logger);
        _admission = new DeliveryAdmission(_window, budget, _bodies, _metrics);
        _operations = new AcceptOperationPool(_admission);
        _readers = new SpoolReaders(path, _bodies);
        if (!reserve.TryHold())
        {
            _watch.Failed(SpoolFault.Full, new IOException("The disk reserve could not be allocated."));
        }

        var disk = new SpoolDisk(path, store, reserve, _bodies, _watch, logger);
        _writer = new SpoolWriter(new SpoolCommitter(disk, recovered.Keys, _window, _bodies, _metrics, logger), disk, _watch, options);
        _settlements = new Settlements(_writer, _admission, logger);
        _clock = new ClockWatch(recovered.Clock, _writer, timeProvider);
        _catalog = new SpoolCatalog(path, _window, timeProvider);
        Administration = new QueueAdministration(_catalog, Order);
        _syncer = new BodyFileSyncer(_writer, _watch);
        recovered.InMemory.ForEach(_window.Enqueue);
        recovered.Waiting.ForEach(waiting => _window.Wait(waiting.Destination, waiting.DueAt));
        _metrics.Recovered(recovered.Messages, recovered.Deliveries);
        _writer.Start();
        QueueLog.Opened(logger, options.Directory, recovered.Messages, recovered.Deliveries);
    }

    /// <summary>Where intake makes the files of large bodies.</summary>
    public IBodyFileStore BodyFiles => _bodies;

    /// <summary>What operators ask and order.</summary>
    public QueueAdministration Administration { get; }

    /// <summary>Whether messages can be made durable now.</summary>
    public QueueHealth Health => _watch.Health;

    /// <summary>Destinations whose deliveries are past due for a minute and are not tried, for no reason that the queue knows; 0 unless it is faulty.</summary>
    public int OverdueDestinations => _overdue.Count;

    /// <summary>Messages in the spool.</summary>
    public long Messages => _metrics.Messages;

    /// <summary>Deliveries in the spool: those that are with the dispatcher or wait.</summary>
    public long Deliveries => _metrics.Deliveries;

    /// <summary>Deliveries that are in the spool only: they wait for their time, for room or for an order.</summary>
    public long WaitingInSpool => _metrics.WaitingInSpool;

    /// <summary>
    /// Opens the spool in a directory, making it when there is none, and loads its deliveries. Throws <see cref="SpoolException"/> with a
    /// message for the operator when another process uses it, it is from a newer version, or it cannot be read.
    /// </summary>
    public static MailQueue Open(MailQueueOptions options, TimeProvider timeProvider, ILogger logger)
    {
        options.Validate();
        CreatePrivateDirectory(options.Directory);
        var directoryLock = DataDirectoryLock.Take(options.Directory);
        try
        {
            return new MailQueue(options, directoryLock, timeProvider, logger);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Begins to dispatch: what was recovered and is due, what was accepted since, and what becomes due.</summary>
    public void Start(IDeliveryDispatcher dispatcher) => _window.Start(dispatcher, _settlements.Refuse, _loader.Wake);

    /// <summary>Ends dispatching, makes all settlements durable that can be, and closes the spool. May be called repeatedly.</summary>
    public Task StopAsync() => _stopped ??= StopCoreAsync();

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => new(StopAsync());

    public ValueTask<AcceptResult> AcceptAsync(params ReadOnlySpan<AcceptedMessage> messages)
    {
        ArgumentOutOfRangeException.ThrowIfZero(messages.Length);
        var operation = _operations.Rent();
        try
        {
            foreach (ref readonly var message in messages)
            {
                operation.Batch.Add(message);
            }
        }
        catch
        {
            operation.Batch.Clear();
            _operations.Return(operation);
            throw;
        }

        // Read before it is handed over: it may be complete, but not reused, before this method returns.
        var task = operation.Task;
        if (operation.Batch.HasFiles)
        {
            _syncer.Enqueue(operation);
        }
        else
        {
            _writer.Enqueue(operation);
        }

        return task;
    }

    public void Settle(QueuedDelivery delivery, DeliverySettlement settlement) => _settlements.Settle(delivery, settlement);

    public ValueTask<MessageContent> OpenContentAsync(QueuedDelivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.Content is { } content)
        {
            return new ValueTask<MessageContent>(content.AddReference());
        }

        return delivery.Spooled is { } spooled
            ? _readers.ReadAsync(spooled.Key, cancellationToken)
            : throw new ArgumentException("The delivery is not from a queue.", nameof(delivery));
    }

    /// <summary>Mail is nobody's business but this user's.</summary>
    private static void CreatePrivateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private Task<OrderOutcome> Order(DeliveryOrder order, IReadOnlyList<long> deliveries)
    {
        var operation = new OrderOperation(order, deliveries, _admission, _loader, _logger);
        _writer.Enqueue(operation);
        return operation.Task;
    }

    /// <summary>The names of the database and its directory must be as durable as what the database promises.</summary>
    private static void SyncNames(string directory)
    {
        foreach (var path in (ReadOnlySpan<string?>)[directory, Path.GetDirectoryName(Path.GetFullPath(directory))])
        {
            if (path is not null)
            {
                using var handle = PosixFile.OpenDirectory(path);
                PosixFile.SyncDirectory(handle);
            }
        }
    }

    private async Task StopCoreAsync()
    {
        _overdue.Dispose();
        _clock.Dispose();
        _window.Stop();
        _loader.Dispose();
        await Task.Run(_syncer.Stop).ConfigureAwait(false);
        _window.Clock.WantMark();
        await _writer.StopAsync().ConfigureAwait(false);
        _watch.Stopped();
        QueueLog.Closed(_logger, _writer.Unsettled);
        _readers.Dispose();
        _catalog.Dispose();
        _bodies.Dispose();
        _metrics.Dispose();
        _lock.Dispose();
    }
}
