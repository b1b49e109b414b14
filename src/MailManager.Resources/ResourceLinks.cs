using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.IpSets;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;

namespace MailManager.Resources;

/// <summary>
/// Checks what only the whole shows: names are unique within their kind (compared letter by letter, so <c>Mx</c> and <c>mx</c> are
/// two), every reference leads somewhere, a secret fits its use, and no two listeners want the same address.
/// </summary>
internal sealed class ResourceLinks(ReadContext context, ImmutableArray<Secret> secrets)
{
    private readonly Dictionary<(ResourceKind, string), ResourceName> _declared = [];

    /// <summary>Those without errors of their own; of several with one name, the first.</summary>
    private readonly ILookup<string, Secret> _secrets = secrets.ToLookup(secret => secret.Name, StringComparer.Ordinal);

    public void Check()
    {
        foreach (var declared in context.Declared)
        {
            if (!_declared.TryAdd((declared.Kind, declared.Name), declared))
            {
                var first = _declared[(declared.Kind, declared.Name)];
                declared.At.Error($"another {Noun(declared.Kind)} is named '{declared.Name}', on line {first.At.Location.Line}");
            }
        }

        foreach (var reference in context.Referred)
        {
            CheckReference(reference);
        }

        CheckListeners();
    }

    /// <summary>The relay with its secret by name, where the file gave an ARN.</summary>
    public Relay WithSecretByName(Relay relay) => relay.Authentication switch
    {
        RelayAuthentication.FromSecret given when Find(ResourceKind.Secret, given.Secret) is { } secret => relay with { Authentication = given with { Secret = secret.Name } },
        RelayAuthentication.OAuth given when Find(ResourceKind.Secret, given.Secret) is { } secret => relay with { Authentication = given with { Secret = secret.Name } },
        _ => relay,
    };

    /// <summary>The ingress point with its secrets by name, where the file gave ARNs.</summary>
    public IngressPoint WithSecretsByName(IngressPoint point) => point with
    {
        Authentication = point.Authentication is IngressAuthentication.Password password
            ? new IngressAuthentication.Password(WithSecretByName(password.Value))
            : point.Authentication,
        Credentials = [.. point.Credentials.Select(credential => credential with { Password = WithSecretByName(credential.Password) })],
    };

    private IngressPassword WithSecretByName(IngressPassword password) =>
        password is IngressPassword.FromSecret given && Find(ResourceKind.Secret, given.Secret) is { } secret
            ? new IngressPassword.FromSecret(secret.Name)
            : password;

    private void CheckReference(ResourceName reference)
    {
        if (IsBuiltIn(reference))
        {
            return;
        }

        if (Find(reference.Kind, reference.Name) is not { } target)
        {
            reference.At.Error(Missing(reference));
        }
        else if (reference.SecretProblems is { } problems && _secrets[target.Name].FirstOrDefault() is { } secret)
        {
            foreach (var problem in problems(secret))
            {
                reference.At.Error(problem);
            }
        }
    }

    private static bool IsBuiltIn(ResourceName reference) =>
        reference.Kind == ResourceKind.IpSet
        && BuiltInIpSets.All.Any(set => string.Equals(set.IpSetName, reference.Name, StringComparison.Ordinal));

    private ResourceName? Find(ResourceKind kind, string name)
    {
        var candidates = kind == ResourceKind.Secret ? SecretName.Candidates(name) : [name];
        return candidates.Select(candidate => _declared.GetValueOrDefault((kind, candidate))).FirstOrDefault(found => found is not null);
    }

    private string Missing(ResourceName reference)
    {
        var names = context.Declared.Where(declared => declared.Kind == reference.Kind).Select(declared => declared.Name);
        names = reference.Kind == ResourceKind.IpSet ? names.Concat(BuiltInIpSets.All.Select(set => set.IpSetName)) : names;
        var start = $"no {Noun(reference.Kind)} is named {DisplayText.Quote(reference.Name)}";
        var nearest = context.Errors.IsFull ? null : NearestWord.Find(reference.Name, names);
        return nearest is null ? start : $"{start}; did you mean '{nearest}'?";
    }

    private void CheckListeners()
    {
        for (var i = 0; i < context.Listeners.Count; i++)
        {
            var (address, at) = context.Listeners[i];
            if (context.Listeners.Take(i).FirstOrDefault(other => ListenerAddress.Collide(address, other.Address)) is { } first)
            {
                at.Error($"{address} is taken by {first.Address} at {first.At.Path}, on line {first.At.Location.Line}");
            }
        }
    }

    private static string Noun(ResourceKind kind) => kind switch
    {
        ResourceKind.Secret => "secret",
        ResourceKind.TrafficPolicy => "traffic policy",
        ResourceKind.RuleSet => "rule set",
        ResourceKind.Relay => "relay",
        ResourceKind.IpSet => "IP set",
        ResourceKind.AddressList => "address list",
        ResourceKind.RuleTest => "test",
        ResourceKind.EgressPool => "egress source or pool",
        _ => "ingress point",
    };
}
