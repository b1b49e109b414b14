using System.Collections.Immutable;
using MailManager.Resources.Documents;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.Secrets;

namespace MailManager.Mta.Configuration;

/// <summary>
/// Finds what a new configuration changes that a running process cannot: the machine's settings, how deliveries are retried, and ingress points, but for the
/// policy and the rule set that they name. All else can be put in force at once.
/// </summary>
internal static class RestartNeeds
{
    private const string Reason = "has changed, which takes a restart";

    /// <summary>Keys of an ingress point that may change while it runs.</summary>
    private static readonly ImmutableArray<string> Changeable = ["TrafficPolicyId", "RuleSetId", "Tags"];

    /// <summary>Empty when all of it can be put in force.</summary>
    public static IReadOnlyList<DocumentError> Find(LoadedConfiguration running, LoadedConfiguration wanted)
    {
        var (before, after) = ((MapNode)running.Document, (MapNode)wanted.Document);
        var errors = new List<DocumentError>();
        foreach (var key in (ReadOnlySpan<string>)["Node", "Delivery"])
        {
            if (!DocumentEquality.AreSame(before.Find(key), after.Find(key)))
            {
                errors.Add(wanted.ErrorAt(key, Reason));
            }
        }

        var old = Named(before);
        var @new = Named(after);
        foreach (var (name, (node, path)) in @new)
        {
            if (!old.TryGetValue(name, out var existing))
            {
                errors.Add(wanted.ErrorAt(path, "is new, which takes a restart"));
            }
            else if (FirstChange(existing.Node, node) is { } key)
            {
                errors.Add(wanted.ErrorAt($"{path}.{key}", Reason));
            }
            else if (SecretsOf(running, name).Zip(SecretsOf(wanted, name)).Any(pair => !AreSame(pair.First, pair.Second)))
            {
                errors.Add(wanted.ErrorAt(path, "uses a secret that has changed, which takes a restart"));
            }
        }

        errors.AddRange(old.Keys.Except(@new.Keys).Select(name => wanted.ErrorAt("IngressPoints", $"no longer has {name}, which takes a restart")));
        return errors;
    }

    private static Dictionary<string, (MapNode Node, string Path)> Named(MapNode document) => document.Find("IngressPoints") is not ListNode list
        ? []
        : list.Items.OfType<MapNode>().Select((node, i) => (node, $"IngressPoints[{i}]")).ToDictionary(
            entry => ((ScalarNode)entry.node.Find("IngressPointName")!).Text, entry => (entry.node, entry.Item2), StringComparer.Ordinal);

    private static string? FirstChange(MapNode before, MapNode after) => before.Entries.Concat(after.Entries)
        .Select(entry => entry.Key)
        .FirstOrDefault(key => !Changeable.Contains(key, StringComparer.Ordinal) && !DocumentEquality.AreSame(before.Find(key), after.Find(key)));

    /// <summary>The secrets with which clients of the ingress point log in; the file names the same ones before and after.</summary>
    private static IEnumerable<Secret> SecretsOf(LoadedConfiguration configuration, string ingressPoint)
    {
        var resources = configuration.ResourceSet;
        var point = resources.IngressPoints.Single(point => point.IngressPointName == ingressPoint);
        var passwords = point.Credentials.Select(credential => credential.Password);
        return (point.Authentication is IngressAuthentication.Password main ? passwords.Prepend(main.Value) : passwords)
            .OfType<IngressPassword.FromSecret>()
            .Select(password => resources.Secrets.Single(secret => secret.Name == password.Secret));
    }

    private static bool AreSame(Secret left, Secret right) =>
        AreSame(left.Values, right.Values)
        && (left.PreviousValues, right.PreviousValues) switch
        {
            (null, null) => true,
            ({ } a, { } b) => AreSame(a, b),
            _ => false,
        };

    private static bool AreSame(ImmutableDictionary<string, string> left, ImmutableDictionary<string, string> right) =>
        left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
