namespace MailManager.Delivery.Shaping;

/// <summary>Which destinations limits are for: <c>relay:NAME</c>, <c>mx:DOMAIN</c>, <c>mx:*.DOMAIN</c> for all domains below it, <c>mx:*</c> for all.</summary>
public sealed record DestinationPattern
{
    private const string AnyDomain = "mx:*";

    private readonly string _text;
    private readonly bool _isWildcard;

    /// <param name="text">Of the forms above, domains in any case.</param>
    public DestinationPattern(string text)
    {
        _isWildcard = text.StartsWith(AnyDomain, StringComparison.Ordinal);
        _text = text.StartsWith("mx:", StringComparison.Ordinal) ? text.ToLowerInvariant() : text;
    }

    /// <param name="destination">Key of a destination.</param>
    public bool Covers(string destination) => _isWildcard
        ? destination.StartsWith("mx:", StringComparison.Ordinal) && destination.AsSpan(3).EndsWith(_text.AsSpan(AnyDomain.Length), StringComparison.Ordinal)
        : destination == _text;
}
