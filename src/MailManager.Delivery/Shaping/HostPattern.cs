namespace MailManager.Delivery.Shaping;

/// <summary>Names of servers: <c>host:NAME</c>, or <c>host:*.NAME</c> for all names below it.</summary>
public sealed record HostPattern
{
    private readonly string _name;
    private readonly bool _isWildcard;

    /// <param name="text">What stands behind <c>host:</c>, in any case.</param>
    public HostPattern(string text)
    {
        _isWildcard = text.StartsWith("*.", StringComparison.Ordinal);
        _name = _isWildcard ? text[1..] : text;
    }

    /// <param name="host">Name of a server; null, as where none was reached, is covered by no pattern.</param>
    public bool Covers(string? host) => host is not null
        && (_isWildcard ? host.EndsWith(_name, StringComparison.OrdinalIgnoreCase) : host.Equals(_name, StringComparison.OrdinalIgnoreCase));
}
