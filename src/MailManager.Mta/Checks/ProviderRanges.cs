using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Resources.Expressions;
using MailManager.Resources.IpSets;

namespace MailManager.Mta.Checks;

/// <summary>
/// Addresses from which strangers can send: those of mail providers that serve everybody, and ranges so wide that nobody knows who is in them.
/// </summary>
internal static class ProviderRanges
{
    /// <summary>Wider ranges than these belong to nobody one could trust as a whole.</summary>
    private const int WidestIpv4 = 16;
    private const int WidestIpv6 = 32;

    private static readonly ImmutableArray<(string Provider, AddressRange Range)> Providers =
    [
        .. BuiltInIpSets.All[0].Values.Select(text => ("Amazon SES Mail Manager", Parse(text))),
        .. Of("Microsoft 365", "40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17", "2a01:111:f400::/48", "2a01:111:f403::/48"),
        .. Of(
            "Google",
            "35.190.247.0/24", "64.233.160.0/19", "66.102.0.0/20", "66.249.80.0/20", "72.14.192.0/18", "74.125.0.0/16", "108.177.8.0/21", "173.194.0.0/16",
            "209.85.128.0/17", "216.58.192.0/19", "216.239.32.0/19", "2001:4860:4000::/36", "2404:6800:4000::/36", "2607:f8b0:4000::/36",
            "2800:3f0:4000::/36", "2a00:1450:4000::/36", "2c0f:fb50:4000::/36"),
    ];

    /// <summary>A network of one's own (RFC 6890), however wide.</summary>
    private static readonly ImmutableArray<AddressRange> Private =
        [.. new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "fc00::/7", "fe80::/10" }.Select(Parse)];

    /// <summary>Whose addresses these are; null: nobody's in particular. All addresses of a family are no trust in anyone.</summary>
    public static string? OwnerOf(string text)
    {
        var range = Parse(text);
        if (range.PrefixLength == 0 || Private.Any(network => Contains(network, range)))
        {
            return null;
        }

        var provider = Providers.FirstOrDefault(provider => Contains(provider.Range, range) || Contains(range, provider.Range)).Provider;
        var widest = range.Address.AddressFamily == AddressFamily.InterNetwork ? WidestIpv4 : WidestIpv6;
        return provider ?? (range.PrefixLength < widest ? "a range that is too wide to be one organization's" : null);
    }

    /// <summary>Of a range that has an owner, what is the owner's: all of it, or the provider's range in it.</summary>
    public static string ForeignPart(string text)
    {
        var range = Parse(text);
        return Providers.Where(provider => Contains(range, provider.Range))
            .Select(provider => $"{provider.Range.Address}/{provider.Range.PrefixLength}")
            .FirstOrDefault(text);
    }

    private static IEnumerable<(string, AddressRange)> Of(string provider, params string[] ranges) => ranges.Select(range => (provider, Parse(range)));

    private static AddressRange Parse(string text) =>
        AddressRange.Parse(text, AddressFamily.Unspecified, prefixRequired: false, out var problem) ?? throw new ArgumentException(problem, nameof(text));

    private static bool Contains(AddressRange outer, AddressRange inner) =>
        outer.Address.AddressFamily == inner.Address.AddressFamily
        && inner.PrefixLength >= outer.PrefixLength
        && new IPNetwork(outer.Address, outer.PrefixLength).Contains(inner.Address);
}
