namespace MailManager.Queue;

/// <summary>What an operator can order for a delivery.</summary>
public enum OrderKind
{
    /// <summary>Try it now.</summary>
    Retry,

    /// <summary>Do not try it until it is released. It expires all the same; then its sender is told.</summary>
    Hold,

    /// <summary>End a hold.</summary>
    Release,

    /// <summary>Give it another destination, and try it there now.</summary>
    Reroute,

    /// <summary>Do not try it any more and tell the sender.</summary>
    Bounce,

    /// <summary>Do not try it any more and tell nobody.</summary>
    Drop,
}

/// <summary>An operator's order for deliveries.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="By">Who says so, for the log and the sender.</param>
/// <param name="Destination">For <see cref="OrderKind.Reroute"/>: where to.</param>
public sealed record DeliveryOrder(OrderKind Kind, string By, string? Destination = null);
