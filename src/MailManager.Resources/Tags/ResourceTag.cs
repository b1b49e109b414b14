using System.Collections.Immutable;
using MailManager.Resources.Binding;

namespace MailManager.Resources.Tags;

/// <summary>A label of a resource, without effect on mail (API: <c>Tag</c>).</summary>
/// <param name="Key">1 to 128 characters of <c>[a-zA-Z0-9/_+=.:@-]</c>, unique within the resource.</param>
/// <param name="Value">0 to 256 characters of the same.</param>
public sealed record ResourceTag(string Key, string Value)
{
    private const int Maximum = 200;
    private static readonly TextRule KeyRule = new(1, 128, "[a-zA-Z0-9/_+=.:@-]+");
    private static readonly TextRule ValueRule = new(0, 256, "[a-zA-Z0-9/_+=.:@-]*");

    /// <summary>Reads the optional <c>Tags</c> of a resource: 0 to 200.</summary>
    public static ImmutableArray<ResourceTag> ReadFrom(MapReader resource)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return resource.Items("Tags", 0, Maximum, item => Read(item, seen));
    }

    private static ResourceTag? Read(DocumentValue value, HashSet<string> seen)
    {
        if (value.Map(["Key", "Value"]) is not { } map)
        {
            return null;
        }

        var key = map.Text("Key", KeyRule);
        var text = map.Text("Value", ValueRule);
        if (key is not null && !seen.Add(key))
        {
            value.Error($"the tag '{key}' is given twice");
        }

        return map.Failed ? null : new ResourceTag(key!, text!);
    }
}
