using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Spool;

/// <summary>
/// Makes operations durable and survives what disks do. Belongs to the writer's thread.
/// </summary>
/// <remarks>
/// <para>
/// A message that was refused must not come back: a transaction whose commit failed in any other way than for want of space may still be
/// found in the log when the database is opened again, so the rows it may have left are deleted with the next one.
/// </para>
/// <para>
/// Full disk. What frees space needs space: a deletion appends pages to the log, and copying the log can extend the database. So the log
/// is held to half of <see cref="DiskReserve"/> (a copy starts when it has a quarter, and a batch adds at most another). When a settlement
/// or a copy finds the disk full, the reserve is released; then the copy always fits, the log is written from its start again within the
/// space that it has, and deletions need no more. Messages are refused until the reserve could be allocated again, so that they cannot
/// take the space. A message that finds the disk full is refused alone and touches no reserve.
/// </para>
/// </remarks>
internal sealed class SpoolCommitter(
    string path, SpoolStore store, KeySequence keys, BodyFileStore bodies, DiskReserve reserve, StorageWatch watch, QueueMetrics metrics, ILogger logger)
{
    /// <summary>Most settlements in one transaction.</summary>
    private const int SettlementsPerBatch = 512;

    /// <summary>Settlements that may fail one by one before the rest waits for the next round.</summary>
    private const int FailuresPerRound = 16;

    /// <summary>Copying a longer log than this takes too long for those who wait; and see the remarks.</summary>
    private const int LongestLogPages = 1000;

    /// <summary>Steps of giving back space in one go, during which sessions wait; the rest follows.</summary>
    private const int VacuumStepsPerRound = 32;

    /// <summary>Free pages that are kept for the next messages, since they are cheaper than new ones.</summary>
    private const int KeptFreePages = 128;

    private readonly List<SettleOperation> _settlements = [];
    private readonly List<MessageRows> _disowned = [];
    private SpoolStore? _store = store;

    private readonly long _checkpointPages = Math.Min(LongestLogPages, reserve.LogLimit / 2 / SpoolSchema.PageSize);

    /// <summary>Pages moved between two copies of the log while space is given back; the log has room for them and their parents.</summary>
    private readonly int _vacuumPages = (int)Math.Min(256, reserve.LogLimit / 4 / SpoolSchema.PageSize);

    /// <summary>Octets that one transaction should not pass.</summary>
    public long BatchBytes { get; } = Math.Min(8 << 20, reserve.LogLimit / 2);

    /// <summary>Settlements that are not durable yet.</summary>
    public int Unsettled => _settlements.Count;

    public void AddSettlements(List<SettleOperation> settlements) => _settlements.AddRange(settlements);

    /// <summary>Makes the accepts, and settlements that wait, durable or not, and completes all accepts.</summary>
    public void Commit(List<AcceptOperation> accepts)
    {
        var wasHeld = reserve.IsHeld;
        if (!wasHeld)
        {
            Refuse(accepts, SpoolFault.Full);
            accepts.Clear();
        }

        var settlements = Math.Min(SettlementsPerBatch, _settlements.Count);
        var fault = TryCommit(accepts, 0, settlements);
        if (fault == SpoolFault.None)
        {
            Complete(accepts);
        }
        else
        {
            // Deletions first: they can make the room that the messages lack.
            SettleAfterFault();
            if (fault == SpoolFault.Full)
            {
                AcceptSingly(accepts);
            }
            else
            {
                Refuse(accepts, fault);
            }
        }

        if (_store?.PagesInLog >= _checkpointPages)
        {
            CopyLog();
        }

        if (wasHeld && !reserve.IsHeld)
        {
            // Often it was only a large message that took all space for a moment.
            Recover();
        }
    }

    /// <summary>Tries to get back to normal after a failure; called every now and then while <see cref="StorageWatch.Health"/> is bad.</summary>
    public void Recover()
    {
        try
        {
            var open = EnsureOpen();
            open.Checkpoint();

            // Also cuts a log that is too long.
            open.Probe();
            var isRoom = IsRoom();
            for (var step = 0; !isRoom && step < VacuumStepsPerRound && open.Vacuum(_vacuumPages); step++)
            {
                open.Checkpoint();
                isRoom = IsRoom();
            }

            if (isRoom)
            {
                watch.Succeeded();
            }
        }
        catch (SpoolException exception)
        {
            Abandon(Note(exception));
        }
    }

    /// <summary>Gives a part of the free space back to the file system; for quiet times. True: there is more.</summary>
    public bool GiveBackSpace()
    {
        try
        {
            var open = EnsureOpen();
            if (open.FreePages() > KeptFreePages)
            {
                open.Vacuum(_vacuumPages);
                open.Checkpoint();
                return true;
            }

            open.TruncateLog();
        }
        catch (SpoolException exception)
        {
            Abandon(Note(exception));
        }

        return false;
    }

    public void Close() => _store?.Dispose();

    /// <summary>One transaction of some settlements and all accepts. Nothing has happened unless it returns <see cref="SpoolFault.None"/>.</summary>
    private SpoolFault TryCommit(List<AcceptOperation> accepts, int firstSettlement, int settlementCount)
    {
        if (accepts.Count + settlementCount + _disowned.Count == 0)
        {
            return SpoolFault.None;
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            var open = EnsureOpen();
            SyncFiles(accepts, CollectionsMarshal.AsSpan(_settlements).Slice(firstSettlement, settlementCount));
            open.Begin();
            foreach (var rows in _disowned)
            {
                rows.Delete(open);
            }

            for (var i = firstSettlement; i < firstSettlement + settlementCount; i++)
            {
                _settlements[i].Apply(open, keys);
            }

            foreach (var accept in accepts)
            {
                Insert(open, accept);
            }

            open.Commit();
        }
        catch (IOException exception)
        {
            var fault = Note(exception);
            for (var i = firstSettlement; i < firstSettlement + settlementCount; i++)
            {
                _settlements[i].Undo();
                Disown(_settlements[i].Notification, fault);
            }

            foreach (var accept in accepts)
            {
                Disown(accept.Batch, fault);
            }

            Abandon(fault);
            return fault;
        }

        _disowned.Clear();
        for (var i = firstSettlement; i < firstSettlement + settlementCount; i++)
        {
            _settlements[i].Complete();
        }

        _settlements.RemoveRange(firstSettlement, settlementCount);
        metrics.Committed(accepts.Count + settlementCount, Stopwatch.GetElapsedTime(started));
        return SpoolFault.None;
    }

    /// <summary>What rows are about to name: the files of accepts are synced already, those of notifications, which are rare, here.</summary>
    private void SyncFiles(List<AcceptOperation> accepts, ReadOnlySpan<SettleOperation> settlements)
    {
        var hasFiles = false;
        foreach (var accept in accepts)
        {
            hasFiles |= accept.Batch.HasFiles;
        }

        foreach (var settlement in settlements)
        {
            if (settlement.Notification is { HasFiles: true } notification)
            {
                notification.SyncFiles();
                hasFiles = true;
            }
        }

        if (hasFiles)
        {
            bodies.SyncDirectory();
        }
    }

    private void Insert(SpoolStore open, AcceptOperation accept)
    {
        try
        {
            accept.Batch.Insert(open, keys);
            accept.Result = AcceptResult.Committed;
        }
        catch (SpoolException exception) when (exception.Fault == SpoolFault.Rejected)
        {
            // SQLite has taken back the one statement; the transaction lives on without this operation.
            accept.Batch.Withdraw(open);
            accept.Result = AcceptResult.StorageFailed;
            QueueLog.MessageRejected(logger, exception.Message);
        }
    }

    /// <summary>Settlements alone, then one by one, in order for each delivery, so that none holds up the others.</summary>
    private void SettleAfterFault()
    {
        List<AcceptOperation> none = [];
        if (_settlements.Count == 0)
        {
            return;
        }

        var fault = TryCommit(none, 0, Math.Min(SettlementsPerBatch, _settlements.Count));
        if (fault == SpoolFault.Full && ReleaseReserve())
        {
            CopyLog();
            fault = TryCommit(none, 0, Math.Min(SettlementsPerBatch, _settlements.Count));
        }

        if (fault is SpoolFault.None or SpoolFault.Failed)
        {
            return;
        }

        HashSet<long> waiting = [];
        for (var i = 0; i < _settlements.Count && waiting.Count < FailuresPerRound;)
        {
            var delivery = _settlements[i].Delivery;
            if (waiting.Contains(delivery) || TryCommit(none, i, 1) != SpoolFault.None)
            {
                waiting.Add(delivery);
                i++;
            }
        }
    }

    /// <summary>Each message for itself: one that is too large for what is left must not keep out smaller ones.</summary>
    private void AcceptSingly(List<AcceptOperation> accepts)
    {
        var tooLarge = accepts.Count > 1 ? long.MaxValue : 0;
        List<AcceptOperation> single = [];
        foreach (var accept in accepts)
        {
            single.Clear();
            single.Add(accept);
            var fault = accept.Batch.Bytes < tooLarge && reserve.IsHeld ? TryCommit(single, 0, 0) : SpoolFault.Full;
            if (fault == SpoolFault.None)
            {
                Complete(single);
            }
            else
            {
                tooLarge = Math.Min(tooLarge, accept.Batch.Bytes);
                Refuse(single, fault);
            }
        }
    }

    /// <summary>Copies the log into the database. A full disk here means that the log could not be emptied any more, so the reserve goes.</summary>
    private void CopyLog()
    {
        try
        {
            EnsureOpen().Checkpoint();
        }
        catch (SpoolException exception)
        {
            var fault = Note(exception);
            if (fault == SpoolFault.Full && ReleaseReserve())
            {
                CopyLog();
            }
            else if (fault == SpoolFault.Failed)
            {
                Abandon(fault);
            }
        }
    }

    /// <summary>The reserve is there, and after a lack of space there is enough for a batch besides.</summary>
    private bool IsRoom() => reserve.TryHold() && (watch.Health != QueueHealth.StorageFull || reserve.CanHoldMore(BatchBytes));

    private bool ReleaseReserve()
    {
        if (!reserve.IsHeld)
        {
            return false;
        }

        reserve.Release();
        QueueLog.ReserveReleased(logger);
        return true;
    }

    /// <summary>Ends a failed transaction; a connection that has seen a real error is not trusted any more.</summary>
    private void Abandon(SpoolFault fault)
    {
        try
        {
            _store?.Rollback();
            if (fault != SpoolFault.Failed)
            {
                return;
            }
        }
        catch (SpoolException)
        {
            // Opening again is the answer to this too.
        }

        _store?.Dispose();
        _store = null;
    }

    private void Disown(MessageBatch? batch, SpoolFault fault)
    {
        if (fault == SpoolFault.Failed && batch is not null)
        {
            batch.AddRows(_disowned);
        }
    }

    private SpoolStore EnsureOpen() => _store ??= SpoolStore.Open(path, reserve.LogLimit);

    private SpoolFault Note(IOException exception)
    {
        var fault = exception is SpoolException spool ? spool.Fault : PosixFile.IsFull(exception) ? SpoolFault.Full : SpoolFault.Failed;
        watch.Failed(fault, exception);
        return fault;
    }

    private static void Complete(List<AcceptOperation> accepts)
    {
        foreach (var accept in accepts)
        {
            accept.Complete();
        }
    }

    private static void Refuse(List<AcceptOperation> accepts, SpoolFault fault)
    {
        foreach (var accept in accepts)
        {
            accept.Result = fault == SpoolFault.Full ? AcceptResult.StorageFull : AcceptResult.StorageFailed;
            accept.Complete();
        }
    }
}
