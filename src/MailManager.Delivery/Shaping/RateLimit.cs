namespace MailManager.Delivery.Shaping;

/// <summary>At most so many in any time of that length.</summary>
/// <param name="Count">At least 1.</param>
/// <param name="Period">Longer than zero.</param>
public sealed record RateLimit(int Count, TimeSpan Period);
