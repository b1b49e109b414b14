using System.Diagnostics;
using System.Runtime.InteropServices;
using MailManager.Queue.Schedule;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Spool;

/// <summary>
/// Makes operations durable, shares a failure among as few as it can, and repeats settlements until they are written. Belongs to the
/// writer's thread.
/// </summary>
/// <remarks>
/// A message that was refused must not come back: a transaction whose commit failed in any other way than for want of space may still be
/// found in the log when the database is opened again, so the rows it may have left are deleted with the next one.
/// </remarks>
internal sealed class SpoolCommitter(SpoolDisk disk, KeySequence keys, DispatchWindow window, BodyFileStore bodies, QueueMetrics metrics, ILogger logger)
{
    /// <summary>Most settlements in one transaction.</summary>
    private const int SettlementsPerBatch = 512;

    /// <summary>Settlements that may fail one by one before the rest waits for the next round.</summary>
    private const int FailuresPerRound = 16;

    private readonly List<SettleOperation> _settlements = [];
    private readonly List<MessageRows> _disowned = [];

    /// <summary>Settlements that are not durable yet.</summary>
    public int Unsettled => _settlements.Count;

    public void AddSettlements(List<SettleOperation> settlements) => _settlements.AddRange(settlements);

    /// <summary>Makes the accepts, and settlements that wait, durable or not, and completes all accepts.</summary>
    public void Commit(List<AcceptOperation> accepts)
    {
        var wasHeld = disk.IsReserveHeld;
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

        disk.CopyLongLog();
        if (wasHeld && !disk.IsReserveHeld)
        {
            // Often it was only a large message that took all space for a moment.
            disk.Recover();
        }
    }

    /// <summary>Carries out an order in a transaction of its own, and completes it.</summary>
    public void Carry(OrderOperation order)
    {
        try
        {
            var open = disk.EnsureOpen();
            lock (order.Turn)
            {
                open.Begin();
                order.Apply(open);
                open.Commit();
            }

            order.Complete();
        }
        catch (SpoolException exception)
        {
            disk.Abandon(disk.Note(exception));
            order.Fail(exception);
        }
    }

    /// <summary>One transaction of some settlements and all accepts. Nothing has happened unless it returns <see cref="SpoolFault.None"/>.</summary>
    private SpoolFault TryCommit(List<AcceptOperation> accepts, int firstSettlement, int settlementCount)
    {
        var mark = window.Clock.NextMark();
        if (accepts.Count + settlementCount + _disowned.Count == 0 && mark is null)
        {
            return SpoolFault.None;
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            var open = disk.EnsureOpen();
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

            if (mark is { } next)
            {
                open.SetMark(next);
            }

            open.Commit();
        }
        catch (IOException exception)
        {
            var fault = disk.Note(exception);
            for (var i = firstSettlement; i < firstSettlement + settlementCount; i++)
            {
                Disown(_settlements[i].Notification, fault);
            }

            foreach (var accept in accepts)
            {
                Disown(accept.Batch, fault);
            }

            keys.ForgetOrder();
            disk.Abandon(fault);
            return fault;
        }

        _disowned.Clear();
        if (mark is { } written)
        {
            window.Clock.Marked(written);
        }

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
        var hasNewFiles = false;
        foreach (var accept in accepts)
        {
            hasNewFiles |= accept.Batch.HasNewFiles;
        }

        foreach (var settlement in settlements)
        {
            if (settlement.Notification is { HasFiles: true } notification)
            {
                notification.SyncFiles();
                hasNewFiles |= notification.HasNewFiles;
            }
        }

        if (hasNewFiles)
        {
            bodies.SyncDirectory();
        }
    }

    private void Insert(SpoolStore open, AcceptOperation accept)
    {
        try
        {
            accept.Batch.Insert(open, keys, window);
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
        if (fault == SpoolFault.Full && disk.TryMakeRoom())
        {
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
            var fault = accept.Batch.Bytes < tooLarge && disk.IsReserveHeld ? TryCommit(single, 0, 0) : SpoolFault.Full;
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

    private void Disown(MessageBatch? batch, SpoolFault fault)
    {
        if (fault == SpoolFault.Failed && batch is not null)
        {
            batch.AddRows(_disowned);
        }
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
