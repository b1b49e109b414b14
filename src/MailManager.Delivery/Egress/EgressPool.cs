using System.Collections.Immutable;

namespace MailManager.Delivery.Egress;

/// <summary>Sources among which each attempt at a delivery chooses, with chances by their weights. Immutable.</summary>
/// <param name="Name">Unique among sources and pools.</param>
/// <param name="Members">At least one, each source once.</param>
public sealed record EgressPool(string Name, ImmutableArray<EgressPoolMember> Members)
{
    private readonly long _total = Members.Sum(member => (long)member.Weight);

    /// <param name="random">From 0 up to 1, not included.</param>
    public EgressSource Choose(double random)
    {
        var left = (long)(random * _total);
        foreach (var member in Members)
        {
            left -= member.Weight;
            if (left < 0)
            {
                return member.Source;
            }
        }

        return Members[^1].Source;
    }
}

/// <summary>A source in a pool.</summary>
/// <param name="Source">Which.</param>
/// <param name="Weight">At least 1.</param>
public sealed record EgressPoolMember(EgressSource Source, int Weight);
