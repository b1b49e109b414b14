namespace MailManager.Delivery.Routing;

/// <summary>What domains have in common that are served by the same hosts.</summary>
internal static class MxSite
{
    /// <summary>The hosts' names in alphabetical order; the domain itself where it stands for itself.</summary>
    /// <param name="hosts">Of the domain.</param>
    public static string KeyOf(MxHosts hosts) =>
        hosts.Hosts.IsEmpty
            ? DestinationKey.ForDomain(hosts.Domain)
            : $"site:{(hosts.IsAuthentic ? "secure:" : string.Empty)}{string.Join('+', hosts.Hosts.Order(StringComparer.Ordinal))}";
}
