using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MailManager.Delivery.Egress;

/// <summary>All sources and pools by name, where a source is also a pool of itself. Immutable.</summary>
public sealed class EgressPools
{
    private readonly FrozenDictionary<string, EgressPool> _byName;

    /// <param name="sources">Each name once.</param>
    /// <param name="pools">Each name once, none of them a source's.</param>
    public EgressPools(ImmutableArray<EgressSource> sources, ImmutableArray<EgressPool> pools)
    {
        Sources = sources;
        Pools = pools;
        _byName = sources.Select(source => new EgressPool(source.Name, [new EgressPoolMember(source, 1)])).Concat(pools)
            .ToFrozenDictionary(pool => pool.Name, StringComparer.Ordinal);
    }

    /// <summary>None: the system chooses the address of each connection.</summary>
    public static EgressPools None { get; } = new([], []);

    /// <summary>As configured.</summary>
    public ImmutableArray<EgressSource> Sources { get; }

    /// <summary>As configured.</summary>
    public ImmutableArray<EgressPool> Pools { get; }

    /// <summary>The pool, or the source as one; null: nothing has that name.</summary>
    public EgressPool? Find(string name) => _byName.GetValueOrDefault(name);
}
