using System.Collections.Frozen;

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
    {
        _all = identities.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _entries = _all.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Domains and addresses, each once, in no order.</summary>
    public IReadOnlyCollection<string> All => _all;

    /// <summary>Whether the address itself, or its domain, is verified. Allocates nothing.</summary>
    public bool Covers(ReadOnlySpan<char> address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 && (_entries.Contains(address[(at + 1)..]) || _entries.Contains(address));
    }
}
