using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Spool;

/// <summary>
/// Knows whether the store can be written, counts failures and logs the changes, not every failure in between. Thread-safe.
/// </summary>
internal sealed class StorageWatch(QueueMetrics metrics, ILogger logger)
{
    private readonly Lock _gate = new();
    private volatile QueueHealth _health = QueueHealth.Ready;

    public QueueHealth Health => _health;

    public void Failed(SpoolFault fault, IOException exception)
    {
        metrics.StorageError(fault);
        var health = fault == SpoolFault.Full ? QueueHealth.StorageFull : QueueHealth.StorageFailed;
        lock (_gate)
        {
            if (_health == health || _health == QueueHealth.Stopped)
            {
                return;
            }

            _health = health;
        }

        if (health == QueueHealth.StorageFull)
        {
            QueueLog.StorageFull(logger, exception.Message);
        }
        else
        {
            QueueLog.StorageFailed(logger, exception);
        }
    }

    public void Succeeded()
    {
        if (_health == QueueHealth.Ready)
        {
            return;
        }

        lock (_gate)
        {
            if (_health is QueueHealth.Ready or QueueHealth.Stopped)
            {
                return;
            }

            _health = QueueHealth.Ready;
        }

        QueueLog.StorageRecovered(logger);
    }

    public void Stopped()
    {
        lock (_gate)
        {
            _health = QueueHealth.Stopped;
        }
    }
}
