using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Pool;

/// <summary>What all destinations share.</summary>
internal sealed record DeliveryContext(DeliveryOptions Options, TimeProvider Time, ILogger Logger, DeliveryMetrics Metrics)
{
    /// <summary>Set once, before the first delivery.</summary>
    public AttemptRunner Runner { get; set; } = null!;
}
