namespace MailManager.Resources.Relays;

/// <summary>One server of a relay.</summary>
/// <param name="Name">Host name or IP address without brackets; with <paramref name="IsMxDomain"/> the domain whose MX lead to the servers.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record RelayServer(string Name, int Port)
{
    /// <summary>1 to 65535: its share of the connections among those that have one; null: it is tried after them, in its place.</summary>
    public int? Weight { get; init; }

    /// <summary>Written <c>mx:domain</c>.</summary>
    public bool IsMxDomain { get; init; }
}
