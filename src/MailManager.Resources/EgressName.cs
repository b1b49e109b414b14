using MailManager.Resources.Binding;

namespace MailManager.Resources;

/// <summary>Names of egress sources and pools, which share one space of names: a source may stand wherever a pool may.</summary>
public static class EgressName
{
    /// <summary>The member of actions, relays and destinations that names one.</summary>
    public const string Key = "EgressPool";

    /// <summary>What such a name must look like.</summary>
    public static TextRule Rule { get; } = new(1, 100, "[a-zA-Z0-9._-]+");

    /// <summary>The name under <see cref="Key"/>, which must be declared somewhere; null when it is not there, or wrong.</summary>
    public static string? ReadReference(MapReader map)
    {
        var value = map.Optional(Key);
        var name = value?.Text(Rule);
        if (name is not null)
        {
            value!.Context.Refer(ResourceKind.EgressPool, name, value);
        }

        return name;
    }
}
