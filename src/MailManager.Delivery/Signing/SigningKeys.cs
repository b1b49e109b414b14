using System.Collections.Frozen;
using System.Collections.Immutable;
using MailManager.Resources.Identities;

namespace MailManager.Delivery.Signing;

/// <summary>The keys in force at one moment. Immutable; replaced as a whole.</summary>
internal sealed class SigningKeys(IdentitySet identities)
{
    private readonly FrozenDictionary<string, ImmutableArray<SigningKey>> _byDomain = identities.DkimKeys.ToFrozenDictionary(
        entry => entry.Key, ImmutableArray<SigningKey> (entry) => [.. entry.Value.Select(SigningKey.Create)], StringComparer.OrdinalIgnoreCase);

    public bool IsEmpty => _byDomain.Count == 0;

    /// <summary>Those of exactly this domain, in ASCII; case is ignored. Empty: its mail is not signed.</summary>
    public ImmutableArray<SigningKey> Of(string domain) => _byDomain.GetValueOrDefault(domain, []);
}
