using MailManager.Management.Health;
using MailManager.Queue;

namespace MailManager.Mta.Hosting;

/// <summary>Ready means: every listener is bound, the spool can be written, and nobody has asked the process to stop.</summary>
internal sealed class ProcessReadiness(Func<QueueHealth> queue) : IReadiness
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
    ];
}
