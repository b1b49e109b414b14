using MailManager.Management.Health;
using MailManager.Queue;

namespace MailManager.Mta.Hosting;

/// <summary>Ready means: every listener is bound, the spool can be written, nothing is past due for no reason, and nobody has asked the process to stop.</summary>
internal sealed class ProcessReadiness(Func<QueueHealth> queue, Func<int> overdue) : IReadiness
{
    private volatile bool _isListening;

    /// <summary>Set once all listeners are bound, and taken back when the process begins to stop.</summary>
    public bool IsListening
    {
        get => _isListening;
        set => _isListening = value;
    }

    public IReadOnlyList<ReadinessCheck> Check() =>
    [
        new("listeners", _isListening ? null : "not bound"),
        new("queue", queue() is var health && health == QueueHealth.Ready ? null : $"storage is not ready: {health}"),
        new("schedule", overdue() is var count && count == 0 ? null : $"deliveries of {count} destinations are past due"),
    ];
}
