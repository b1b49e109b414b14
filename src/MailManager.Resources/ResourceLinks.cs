using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.IngressPoints;
using MailManager.Resources.Relays;
using MailManager.Resources.Secrets;

namespace MailManager.Resources;

/// <summary>
/// Checks what only the whole shows: names are unique within their kind (compared letter by letter, so <c>Mx</c> and <c>mx</c> are
/// two), every reference leads somewhere, a relay's secret fits, and no two listeners want the same address.
/// </summary>
internal sealed class ResourceLinks(ReadContext context, ImmutableArray<Secret> secrets)
{
    private readonly Dictionary<(ResourceKind, string), ResourceName> _declared = [];

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
    public Relay WithSecretByName(Relay relay) =>
        relay.Authentication is RelayAuthentication.FromSecret given && Find(ResourceKind.Secret, given.Secret) is { } secret
            ? relay with { Authentication = new RelayAuthentication.FromSecret(secret.Name) }
            : relay;

    private void CheckReference(ResourceName reference)
    {
        if (Find(reference.Kind, reference.Name) is not { } target)
        {
            reference.At.Error(Missing(reference));
        }
        else if (secrets.FirstOrDefault(secret => reference.Kind == ResourceKind.Secret && secret.Name == target.Name) is { } secret)
        {
            // Only relays refer to secrets.
            foreach (var problem in RelayCredentials.ProblemsWith(secret))
            {
                reference.At.Error(problem);
            }
        }
    }

    private ResourceName? Find(ResourceKind kind, string name)
    {
        var candidates = kind == ResourceKind.Secret ? SecretName.Candidates(name) : [name];
        return candidates.Select(candidate => _declared.GetValueOrDefault((kind, candidate))).FirstOrDefault(found => found is not null);
    }

    private string Missing(ResourceName reference)
    {
        var names = context.Declared.Where(declared => declared.Kind == reference.Kind).Select(declared => declared.Name);
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
        _ => "ingress point",
    };
}
