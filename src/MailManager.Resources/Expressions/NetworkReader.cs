using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using MailManager.Resources.Binding;

namespace MailManager.Resources.Expressions;

/// <summary>Reads lists of addresses and ranges, IPv4 and IPv6; an address means itself alone.</summary>
public static class NetworkReader
{
    /// <summary>Entries of one list. Every client may be compared with all of them.</summary>
    public const int Maximum = 1000;

    /// <param name="map">Holds the list.</param>
    /// <param name="key">Its key.</param>
    /// <param name="otherwise">When the key is not there.</param>
    public static ImmutableArray<IPNetwork> Optional(MapReader map, string key, ImmutableArray<IPNetwork> otherwise)
    {
        if (map.Optional(key) is not { } value)
        {
            return otherwise;
        }

        return value.List(0, Maximum) is { } items ? [.. items.Select(Read).OfType<IPNetwork>()] : [];
    }

    private static IPNetwork? Read(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (AddressRange.Parse(text, AddressFamily.Unspecified, prefixRequired: false, out var problem) is { } range)
        {
            return new IPNetwork(range.Address, range.PrefixLength);
        }

        value.Error(problem!);
        return null;
    }
}
