namespace MailManager.Rules.Sets;

/// <summary>
/// The members of an address list: addresses, and the forms with a wildcard, of which a member has one at most. Case is ignored, in the local part too.
/// Immutable, thread-safe.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item><c>user@example.com</c>: that address.</item>
/// <item><c>*@example.com</c> and <c>@example.com</c>: every address in that domain, but none in its subdomains.</item>
/// <item><c>abc*@example.com</c>: local parts in that domain that begin with it, or are it.</item>
/// <item><c>user@*.example.com</c>: that local part in every subdomain, one or more labels below (ours; the reference does not say), not in the domain itself.</item>
/// <item><c>*.example.com</c>: every address in such subdomains.</item>
/// </list>
/// A look-up is a few probes of hash tables: one for the address, one for its domain, one for each level of parent domains that some member has, and for what these
/// have in store: one for each length of prefix in that domain, one for the local part in subdomains of that parent.
/// </remarks>
public sealed class AddressSet
{
    /// <summary>Of a domain: all addresses in it.</summary>
    private const uint Everybody = 1;

    /// <summary>Of a parent domain: some local parts. (Of a domain, bit n says that there are prefixes of n characters.)</summary>
    private const uint SomeLocalParts = 2;

    /// <summary>Characters (API: <c>Address</c>). Bounds what is looked up of an address, which may be of any length.</summary>
    private const int MaximumMember = 320;

    /// <summary>Characters of a prefix that have a bit; the API admits 19.</summary>
    private const int MaximumPrefix = 31;

    /// <summary>Labels of a parent domain that have a bit of their own; the API admits 9.</summary>
    private const int MaximumLevel = 31;

    /// <summary>Members that name a local part or its beginning, as written.</summary>
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _members;

    /// <summary>By <c>@example.com</c> what there is for the domain, by <c>.example.com</c> what there is for its subdomains.</summary>
    private readonly Dictionary<string, uint>.AlternateLookup<ReadOnlySpan<char>> _domains;

    /// <summary>Bit n: a parent domain of n labels is in <see cref="_domains"/>; that of <see cref="MaximumLevel"/> stands for all that have more.</summary>
    private readonly uint _levels;

    private AddressSet(HashSet<string> members, Dictionary<string, uint> domains, uint levels)
    {
        _members = members.GetAlternateLookup<ReadOnlySpan<char>>();
        _domains = domains.GetAlternateLookup<ReadOnlySpan<char>>();
        _levels = levels;
        Count = members.Count + domains.Values.Count(domain => (domain & Everybody) != 0);
    }

    /// <summary>No address is in it.</summary>
    public static AddressSet Empty { get; } = Create([]);

    /// <summary>Members, each once.</summary>
    public int Count { get; }

    /// <param name="members">Addresses and wildcard forms, each valid.</param>
    /// <exception cref="ArgumentException">A member is of no such form, or longer than 320 characters.</exception>
    public static AddressSet Create(IEnumerable<string> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var domains = new Dictionary<string, uint>(StringComparer.OrdinalIgnoreCase);
        var levels = 0u;
        foreach (var member in members)
        {
            var (domain, content) = Read(member);
            if (content != Everybody)
            {
                named.Add(member);
            }

            if (content == 0)
            {
                continue;
            }

            domains[domain] = domains.GetValueOrDefault(domain) | content;
            if (domain[0] == '.')
            {
                levels |= Level(domain.AsSpan().Count('.'));
            }
        }

        return new AddressSet(named, domains, levels);
    }

    /// <summary>Whether a member is the address or covers it. Takes the same time however many there are; allocates nothing.</summary>
    public bool Contains(ReadOnlySpan<char> address)
    {
        var at = address.LastIndexOf('@');
        return at > 0 && (_members.Contains(address) || DomainCovers(address, at) || ParentCovers(address, at));
    }

    /// <summary>Where a member belongs and what it adds there; nothing, when it is a plain address.</summary>
    private static (string Domain, uint Content) Read(string member)
    {
        ArgumentNullException.ThrowIfNull(member);
        if (member.Length > MaximumMember)
        {
            throw new ArgumentException($"a member has {member.Length} characters, more than {MaximumMember}", nameof(member));
        }

        var at = member.LastIndexOf('@');
        var local = member.AsSpan(0, Math.Max(at, 0));
        var domain = member.AsSpan(at + 1);
        if (domain.StartsWith("*."))
        {
            return (domain[1..].ToString(), local is "" or "*" ? Everybody : SomeLocalParts);
        }

        if (at < 0)
        {
            throw new ArgumentException($"'{member}' is neither an address nor one of the wildcard forms", nameof(member));
        }

        return local switch
        {
            "" or "*" => (member[at..], Everybody),
            [.., '*'] when local.Length - 1 <= MaximumPrefix => (member[at..], 1u << (local.Length - 1)),
            [.., '*'] => throw new ArgumentException($"the prefix of '{member}' is longer than {MaximumPrefix} characters", nameof(member)),
            _ => (string.Empty, 0),
        };
    }

    private static uint Level(int labels) => 1u << Math.Min(labels, MaximumLevel);

    private bool DomainCovers(ReadOnlySpan<char> address, int at)
    {
        if (!_domains.TryGetValue(address[at..], out var content))
        {
            return false;
        }

        if ((content & Everybody) != 0)
        {
            return true;
        }

        for (var length = 1; length <= Math.Min(at, MaximumPrefix) && content >> length != 0; length++)
        {
            if ((content >> length & 1) != 0 && ContainsMember(address[..length], "*", address[at..]))
            {
                return true;
            }
        }

        return false;
    }

    private bool ParentCovers(ReadOnlySpan<char> address, int at)
    {
        var labels = 1;
        var first = Math.Max(at + 2, address.Length - MaximumMember);
        for (var dot = address.Length - 1; dot >= first && _levels >> Math.Min(labels, MaximumLevel) != 0; dot--)
        {
            if (address[dot] != '.')
            {
                continue;
            }

            if ((_levels & Level(labels)) != 0
                && _domains.TryGetValue(address[dot..], out var content)
                && ((content & Everybody) != 0 || ContainsMember(address[..at], "@*", address[dot..])))
            {
                return true;
            }

            labels++;
        }

        return false;
    }

    private bool ContainsMember(ReadOnlySpan<char> local, ReadOnlySpan<char> wildcard, ReadOnlySpan<char> domain)
    {
        Span<char> member = stackalloc char[MaximumMember];
        var length = local.Length + wildcard.Length + domain.Length;
        if (length > member.Length)
        {
            return false;
        }

        local.CopyTo(member);
        wildcard.CopyTo(member[local.Length..]);
        domain.CopyTo(member[(local.Length + wildcard.Length)..]);
        return _members.Contains(member[..length]);
    }
}
