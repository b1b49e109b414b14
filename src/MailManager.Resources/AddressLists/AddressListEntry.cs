using System.Buffers;
using MailManager.Resources.Documents;
using MailManager.Resources.Identities;

namespace MailManager.Resources.AddressLists;

/// <summary>What an entry of an address list covers.</summary>
public enum AddressListEntryKind
{
    /// <summary><c>local@domain</c>: this address.</summary>
    Address,

    /// <summary><c>*@domain</c>, (+) <c>@domain</c>: all addresses in the domain.</summary>
    Domain,

    /// <summary><c>123*@domain</c>: all addresses in the domain whose local part begins so.</summary>
    Prefix,

    /// <summary><c>local@*.domain</c>: this local part in all domains below the domain.</summary>
    LocalBelowDomain,

    /// <summary><c>*.domain</c>: all addresses in all domains below the domain.</summary>
    BelowDomain,
}

/// <summary>
/// A member of an address list: an address, or with at most one <c>*</c> a form that covers many (Amazon SES Developer Guide, address lists). Case
/// does not count.
/// </summary>
/// <param name="Kind">What it covers.</param>
/// <param name="Local">The local part, or its beginning; empty where any will do.</param>
/// <param name="Domain">Without <c>*.</c>.</param>
public readonly record struct AddressListEntry(AddressListEntryKind Kind, string Local, string Domain)
{
    /// <summary>Characters of an entry (API: <c>Address</c>).</summary>
    public const int MinimumLength = 3;

    /// <summary>Characters of an entry (API: <c>Address</c>).</summary>
    public const int MaximumLength = 320;

    private const int MinimumPrefix = 3;
    private const int MaximumPrefix = 19;
    private const int MinimumLevels = 2;
    private const int MaximumLevels = 9;

    // RFC 5321 §4.1.2 atext without '*', and the dots between. RFC 6531 §3.3 adds everything outside of ASCII.
    private const string LocalMarks = "!#$%&'+-/=?^_`{|}~.";

    private static readonly SearchValues<char> LocalAscii =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" + LocalMarks);

    /// <summary>The entry; null with a reason why it is none.</summary>
    public static AddressListEntry? Parse(ReadOnlySpan<char> text, out string? problem)
    {
        problem = ProblemWith(text);
        if (problem is not null)
        {
            return null;
        }

        var (kind, local, domain) = Split(text);
        return new AddressListEntry(kind, local.ToString(), domain.ToString());
    }

    /// <summary>What is wrong with the entry; null when nothing is. Allocates nothing then.</summary>
    public static string? ProblemWith(ReadOnlySpan<char> entry)
    {
        if (entry.Length < MinimumLength || entry.Length > MaximumLength)
        {
            return $"{Quote(entry)} has {entry.Length} characters, must have {MinimumLength} to {MaximumLength}";
        }

        var (kind, local, domain) = Split(entry);
        return ProblemWithWildcard(entry, kind, local, domain) ?? ProblemWithLocal(entry, kind, local) ?? ProblemWithDomain(entry, kind, domain);
    }

    private static Parts Split(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("*."))
        {
            return new Parts(AddressListEntryKind.BelowDomain, default, text[2..]);
        }

        var at = text.LastIndexOf('@');
        var local = at < 0 ? text : text[..at];
        var domain = at < 0 ? default : text[(at + 1)..];
        if (domain.StartsWith("*."))
        {
            return new Parts(AddressListEntryKind.LocalBelowDomain, local, domain[2..]);
        }

        if (at >= 0 && local is "" or "*")
        {
            return new Parts(AddressListEntryKind.Domain, default, domain);
        }

        return local.EndsWith("*")
            ? new Parts(AddressListEntryKind.Prefix, local[..^1], domain)
            : new Parts(AddressListEntryKind.Address, local, domain);
    }

    private static string? ProblemWithWildcard(
        ReadOnlySpan<char> entry, AddressListEntryKind kind, ReadOnlySpan<char> local, ReadOnlySpan<char> domain)
    {
        if (entry.Count('*') > 1)
        {
            return $"{Quote(entry)} has more than one '*'";
        }

        if (local.Contains('*') || domain.Contains('*'))
        {
            return $"{Quote(entry)} has a '*' in a wrong place; it may be the end of what is before '@', or the first part of the domain";
        }

        return kind == AddressListEntryKind.Prefix && local.Length is < MinimumPrefix or > MaximumPrefix
            ? $"{Quote(entry)} has {local.Length} characters before '*', must have none or {MinimumPrefix} to {MaximumPrefix}"
            : null;
    }

    private static string? ProblemWithLocal(ReadOnlySpan<char> entry, AddressListEntryKind kind, ReadOnlySpan<char> local)
    {
        if (local.IsEmpty && kind == AddressListEntryKind.LocalBelowDomain)
        {
            return $"{Quote(entry)} has nothing before '@'; all addresses below a domain are written *.domain";
        }

        for (int at; (at = local.IndexOfAnyExcept(LocalAscii)) >= 0; local = local[(at + 1)..])
        {
            if (char.IsAscii(local[at]) || char.IsControl(local[at]) || char.IsWhiteSpace(local[at]))
            {
                return $"{Quote(entry)} is not an address: before '@' may be letters, digits and {LocalMarks}";
            }
        }

        return null;
    }

    private static string? ProblemWithDomain(ReadOnlySpan<char> entry, AddressListEntryKind kind, ReadOnlySpan<char> domain)
    {
        if (kind != AddressListEntryKind.BelowDomain && !entry.Contains('@'))
        {
            return $"{Quote(entry)} has no '@'; a domain is written @domain or *@domain, what is below it *.domain";
        }

        if (DomainName.ProblemWith(domain) is { } problem)
        {
            return $"{Quote(entry)}: {problem}";
        }

        var levels = domain.Count('.') + 1;
        return kind is AddressListEntryKind.LocalBelowDomain or AddressListEntryKind.BelowDomain && levels is < MinimumLevels or > MaximumLevels
            ? $"{Quote(entry)} has {levels} levels after '*', must have {MinimumLevels} to {MaximumLevels}"
            : null;
    }

    private static string Quote(ReadOnlySpan<char> entry) => DisplayText.Quote(entry.ToString());

    /// <summary>The parts of an entry, as they stand in it.</summary>
    private readonly ref struct Parts(AddressListEntryKind kind, ReadOnlySpan<char> local, ReadOnlySpan<char> domain)
    {
        private readonly ReadOnlySpan<char> _local = local;
        private readonly ReadOnlySpan<char> _domain = domain;

        public void Deconstruct(out AddressListEntryKind entryKind, out ReadOnlySpan<char> entryLocal, out ReadOnlySpan<char> entryDomain)
        {
            entryKind = kind;
            entryLocal = _local;
            entryDomain = _domain;
        }
    }
}
