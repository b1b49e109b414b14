using System.Diagnostics.CodeAnalysis;

namespace MailManager.Delivery.Routing;

/// <summary>Keys of destinations: <c>relay:NAME</c> and <c>mx:DOMAIN</c>.</summary>
public static class DestinationKey
{
    private const string RelayPrefix = "relay:";
    private const string MxPrefix = "mx:";

    public static string ForRelay(string relayName) => RelayPrefix + relayName;

    /// <summary>Domains are compared as DNS does, so the key is in lower case.</summary>
    public static string ForDomain(string domain) => MxPrefix + domain.ToLowerInvariant();

    internal static bool IsRelay(string key) => key.StartsWith(RelayPrefix, StringComparison.Ordinal);

    internal static bool TryGetDomain(string key, [NotNullWhen(true)] out string? domain)
    {
        domain = key.StartsWith(MxPrefix, StringComparison.Ordinal) ? key[MxPrefix.Length..] : null;
        return domain is not null;
    }
}
