using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Spool;

/// <summary>
/// The store with what it needs to live on a real disk: it is opened again after an error, and on a full disk space is found for what frees
/// space. Belongs to the writer's thread.
/// </summary>
/// <remarks>
/// What frees space needs space: a deletion appends pages to the log, and copying the log can extend the database. So the log
/// is held to half of <see cref="DiskReserve"/> (a copy starts when it has a quarter, and a batch adds at most another). When a settlement
/// or a copy finds the disk full, the reserve is released; then the copy always fits, the log is written from its start again within the
/// space that it has, and deletions need no more. Messages are refused until the reserve could be allocated again, so that they cannot
/// take the space. A message that finds the disk full is refused alone and touches no reserve.
/// </remarks>
internal sealed class SpoolDisk(string path, SpoolStore store, DiskReserve reserve, BodyFileStore bodies, StorageWatch watch, ILogger logger)
{
    /// <summary>Copying a longer log than this takes too long for those who wait; and see the remarks.</summary>
    private const int LongestLogPages = 1000;

    /// <summary>Steps of giving back space in one go, during which sessions wait; the rest follows.</summary>
    private const int VacuumStepsPerRound = 32;

    /// <summary>Free pages that are kept for the next messages, since they are cheaper than new ones.</summary>
    private const int KeptFreePages = 128;

    private readonly long _checkpointPages = Math.Min(LongestLogPages, reserve.LogLimit / 2 / SpoolSchema.PageSize);

    /// <summary>Pages moved between two copies of the log while space is given back; the log has room for them and their parents.</summary>
    private readonly int _vacuumPages = (int)Math.Min(256, reserve.LogLimit / 4 / SpoolSchema.PageSize);

    private SpoolStore? _store = store;

    /// <summary>Octets that one transaction should not pass.</summary>
    public long BatchBytes { get; } = Math.Min(8 << 20, reserve.LogLimit / 2);

    /// <summary>Messages may be written: the space to get rid of them again is set aside.</summary>
    public bool IsReserveHeld => reserve.IsHeld;

    /// <summary>The open store. Throws <see cref="SpoolException"/> when it cannot be opened again.</summary>
    public SpoolStore EnsureOpen() => _store ??= SpoolStore.Open(path, reserve.LogLimit);

    /// <summary>After a commit: copies the log when it is long enough.</summary>
    public void CopyLongLog()
    {
        if (_store?.PagesInLog >= _checkpointPages)
        {
            CopyLog();
        }
    }

    /// <summary>On a full disk: makes room with spare files and the reserve. False when there is no reserve to release.</summary>
    public bool TryMakeRoom()
    {
        bodies.DeleteSpares();
        if (!ReleaseReserve())
        {
            return false;
        }

        CopyLog();
        return true;
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
        bodies.DeleteSpares();
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

    /// <summary>Counts and logs a failure, and says what it is.</summary>
    public SpoolFault Note(IOException exception)
    {
        var fault = exception is SpoolException spool ? spool.Fault : PosixFile.IsFull(exception) ? SpoolFault.Full : SpoolFault.Failed;
        watch.Failed(fault, exception);
        return fault;
    }

    /// <summary>Ends a failed transaction; a connection that has seen a real error is not trusted any more.</summary>
    public void Abandon(SpoolFault fault)
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
}
