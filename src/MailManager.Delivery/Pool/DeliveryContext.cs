using MailManager.Delivery.Shaping;
using MailManager.Delivery.Signing;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Pool;

/// <summary>What all destinations share.</summary>
internal sealed record DeliveryContext(DeliveryOptions Options, TimeProvider Time, ILogger Logger, DeliveryMetrics Metrics)
{
    /// <summary>What replies lead to.</summary>
    public ReplyPatterns Patterns { get; } = new(Options.ReplyPatterns);

    /// <summary>Of the connections to all of them together.</summary>
    public ConnectionBudget Budget { get; } = new(Options.MaxConnections);

    /// <summary>Signs what may be signed.</summary>
    public MessageSigner Signer { get; } = new(Time);

    /// <summary>Set once, before the first delivery.</summary>
    public AttemptRunner Runner { get; set; } = null!;
}
