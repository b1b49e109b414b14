using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MailManager.Resources.Identities;

/// <summary>
/// The verified domains and addresses: nothing is relayed for a recipient outside of them. A domain covers every address directly
/// in it, not its subdomains; comparison ignores case. Immutable.
/// </summary>
public sealed class IdentitySet
{
    private readonly FrozenSet<string> _all;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _entries;

    /// <param name="identities">Domains (<c>example.com</c>) or addresses (<c>user@example.com</c>).</param>
    public IdentitySet(IEnumerable<string> identities)
        : this(identities, FrozenDictionary<string, ImmutableArray<DkimKey>>.Empty)
    {
    }

    private IdentitySet(IEnumerable<string> identities, FrozenDictionary<string, ImmutableArray<DkimKey>> keys)
    {
        _all = identities.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _entries = _all.GetAlternateLookup<ReadOnlySpan<char>>();
        DkimKeys = keys;
    }

    /// <summary>Domains and addresses, each once, in no order.</summary>
    public IReadOnlyCollection<string> All => _all;

    /// <summary>The keys that sign mail of a domain, by the domain; case is ignored. Domains without keys are not there.</summary>
    public FrozenDictionary<string, ImmutableArray<DkimKey>> DkimKeys { get; }

    /// <summary>With their keys; where a domain is there twice, it has those of both.</summary>
    public static IdentitySet Create(IReadOnlyCollection<Identity> identities) => new(
        identities.Select(identity => identity.Name),
        identities.Where(identity => !identity.DkimKeys.IsEmpty)
            .GroupBy(identity => identity.Name, StringComparer.OrdinalIgnoreCase)
            .ToFrozenDictionary(
                group => group.Key, ImmutableArray<DkimKey> (group) => [.. group.SelectMany(identity => identity.DkimKeys)], StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether the address itself, or its domain, is verified. Allocates nothing.</summary>
    public bool Covers(ReadOnlySpan<char> address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 && (_entries.Contains(address[(at + 1)..]) || _entries.Contains(address));
    }
}
