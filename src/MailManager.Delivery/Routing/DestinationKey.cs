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

    internal static bool TryGetRelay(string key, [NotNullWhen(true)] out string? relayName) => TryGet(key, RelayPrefix, out relayName);

    internal static bool TryGetDomain(string key, [NotNullWhen(true)] out string? domain) => TryGet(key, MxPrefix, out domain);

    private static bool TryGet(string key, string prefix, [NotNullWhen(true)] out string? rest)
    {
        rest = key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : null;
        return rest is not null;
    }
}
