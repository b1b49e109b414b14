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
    private readonly StorageWatch _watch;
    private readonly QueueMetrics _metrics;
    private readonly SpoolCatalog _catalog;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private Task? _stopped;

    private MailQueue(MailQueueOptions options, DataDirectoryLock directoryLock, TimeProvider timeProvider, ILogger logger)
    {
        var path = Path.Combine(options.Directory, "queue.db");
        var reserve = new DiskReserve(Path.Combine(options.Directory, "reserve"), options.ReserveBytes);
        var budget = new ContentBudget(options.ContentBudget);
        _lock = directoryLock;
        _timeProvider = timeProvider;
        _logger = logger;

        // Opening must work on a full disk too.
        reserve.Release();
        var store = SpoolStore.Open(path, reserve.LogLimit);
        RecoveredSpool recovered;
        try
        {
            recovered = RecoveredSpool.Load(store.Database, logger);
            _bodies = new BodyFileStore(Path.Combine(options.Directory, "bodies"), timeProvider, logger);
            _bodies.Sweep(recovered.Files);
            SyncNames(options.Directory);
        }
        catch
        {
            store.Dispose();
            throw;
        }

        _window = new DispatchWindow(options, timeProvider, logger);
        _loader = new BacklogLoader(path, _window, timeProvider, logger);
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
    public void Start(IDeliveryDispatcher dispatcher) => _window.Start(dispatcher, Refused, _loader.Wake);

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

    public void Settle(QueuedDelivery delivery, DeliverySettlement settlement)
    {
        if (delivery.Spooled is not { } spooled)
        {
            throw new ArgumentException("The delivery is not from a queue.", nameof(delivery));
        }

        if (!settlement.RemainingOptions.IsEmpty && settlement.RemainingOptions.Length != settlement.Remaining.Length)
        {
            throw new ArgumentException("There are not as many options as recipients.", nameof(settlement));
        }

        // What can throw comes before the delivery changes hands.
        var notification = ToBatch(settlement.Notification);
        if (!delivery.TryEndAttempt())
        {
            notification?.Clear();
            throw new InvalidOperationException($"Delivery {delivery.Key} is settled already.");
        }

        var hasAttempts = delivery.Attempts > 0;
        DeliveryUpdate? update = null;
        var order = delivery.TakeOrder();
        _admission.ReleaseContent(delivery);
        if (!settlement.Remaining.IsDefaultOrEmpty)
        {
            delivery.Attempts++;
            delivery.LastFailure = settlement.Failure;
            ReadOnlyMemory<byte> instructions = default;
            if (!settlement.Remaining.AsSpan().SequenceEqual(delivery.Instructions.Recipients.AsSpan())
                || !settlement.RemainingOptions.AsSpan().SequenceEqual(delivery.Instructions.RecipientOptions.AsSpan()))
            {
                delivery.Instructions = delivery.Instructions with { Recipients = settlement.Remaining, RecipientOptions = settlement.RemainingOptions };
                instructions = InstructionsRecord.ToArray(delivery.Instructions);
            }

            update = Obey(delivery, order, new DeliveryUpdate
            {
                Destination = delivery.Instructions.Destination,
                State = RowState.Waiting,
                Attempts = delivery.Attempts,
                NextAttemptAt = settlement.NextAttemptAt,
                Failure = settlement.Failure,
                BouncedBy = delivery.BouncedBy,
                Instructions = instructions,
                Attempt = settlement.Attempt,
            });
        }

        _writer.Settle(new SettleOperation(_admission)
        {
            Delivery = delivery.Key,
            Message = spooled,
            HasAttempts = hasAttempts,
            Update = update,
            Notification = notification,
        });
        _window.Complete(delivery.Instructions.Destination);
    }

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

    /// <summary>The dispatcher did not take it, or was not even asked, because of an order. That is no attempt.</summary>
    private void Refused(QueuedDelivery delivery)
    {
        if (!delivery.TryEndAttempt())
        {
            return;
        }

        _admission.ReleaseContent(delivery);
        _writer.Settle(new SettleOperation(_admission)
        {
            Delivery = delivery.Key,
            Message = delivery.Spooled!,
            HasAttempts = delivery.Attempts > 0,
            Update = Obey(delivery, delivery.TakeOrder(), new DeliveryUpdate
            {
                Destination = delivery.Instructions.Destination,
                State = RowState.Waiting,
                Attempts = delivery.Attempts,
                NextAttemptAt = _timeProvider.GetUtcNow().AddMinutes(1),
                Failure = delivery.LastFailure,
                BouncedBy = delivery.BouncedBy,
            }),
        });
        _window.Complete(delivery.Instructions.Destination);
    }

    private Task<OrderOutcome> Order(DeliveryOrder order, IReadOnlyList<long> deliveries)
    {
        var operation = new OrderOperation(order, deliveries, _admission, _loader, _timeProvider, _logger);
        _writer.Enqueue(operation);
        return operation.Task;
    }

    /// <summary>Carries out the order that came while the delivery was in memory; null: nothing remains of it.</summary>
    private DeliveryUpdate? Obey(QueuedDelivery delivery, DeliveryOrder? order, DeliveryUpdate update)
    {
        if (order is null)
        {
            return update;
        }

        QueueLog.Ordered(_logger, order.Kind, delivery.MessageId, delivery.Key, order.By);
        return order.Kind switch
        {
            OrderKind.Hold => update with { State = RowState.Held },
            OrderKind.Reroute => update with { Destination = order.Destination!, NextAttemptAt = _timeProvider.GetUtcNow() },
            OrderKind.Bounce => update with { BouncedBy = order.By, NextAttemptAt = _timeProvider.GetUtcNow() },
            _ => null,
        };
    }

    private static MessageBatch? ToBatch(AcceptedMessage? notification)
    {
        if (notification is not { } message)
        {
            return null;
        }

        var batch = new MessageBatch();
        batch.Add(message);
        return batch;
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
        _window.Stop();
        _loader.Dispose();
        await Task.Run(_syncer.Stop).ConfigureAwait(false);
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
