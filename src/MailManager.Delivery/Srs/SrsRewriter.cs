using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace MailManager.Delivery.Srs;

/// <summary>
/// The Sender Rewriting Scheme: replaces the reverse-path of mail that is passed on by an address of this server, so that the next one finds SPF in order
/// (RFC 7208 §3.3 would fail the original), and finds the way back for what is sent to such an address. Nothing is stored: the original is in the local
/// part, signed. Thread-safe.
/// </summary>
/// <remarks>
/// <c>SRS0=HHHHHHHH=TT=domain=local@srs-domain</c>, and <c>SRS1=HHHHHHHH=first-domain==...@srs-domain</c> for what is an SRS address of another server
/// already, which then need not be nested. Servers on the way may change the case of a local part, so that the signature does not see it.
/// </remarks>
public sealed class SrsRewriter
{
    /// <summary>Of the signature: 40 bits. Shorter ones, as others use them, could be found by trying recipients for some hours.</summary>
    private const int HashLength = 8;

    /// <summary>RFC 5321 §4.5.3.1.1, in octets.</summary>
    private const int MaxLocalPart = 64;

    /// <summary>RFC 5321 §4.5.3.1.3, in octets, without the angle brackets.</summary>
    private const int MaxPath = 254;

    private const string Srs0 = "SRS0";
    private const string Srs1 = "SRS1";
    private const string Separators = "=+-";

    private readonly string _domain;
    private readonly ImmutableArray<byte[]> _secrets;
    private readonly int _maxAge;
    private readonly TimeProvider _time;

    /// <param name="domain">What stands behind the at sign of rewritten addresses; its MX must lead here.</param>
    /// <param name="secrets">At least one: the first signs, all verify.</param>
    /// <param name="maxAge">How long an address leads back, in whole days; at most 1000 days.</param>
    /// <param name="time">For the day in each address.</param>
    public SrsRewriter(string domain, ImmutableArray<byte[]> secrets, TimeSpan maxAge, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfZero(secrets.Length, nameof(secrets));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxAge.TotalDays, 1000, nameof(maxAge));
        _domain = domain;
        _secrets = secrets;
        _maxAge = (int)maxAge.TotalDays;
        _time = time;
    }

    /// <summary>
    /// The address that stands in for a reverse-path. Null when there is none: the local part is quoted or would get longer than 64 octets, or what
    /// follows the at sign is no domain name. The null reverse-path stays what it is, and so does an address of this very server.
    /// </summary>
    public string? Forward(string reversePath)
    {
        if (reversePath.Length == 0 || Owns(reversePath))
        {
            return reversePath;
        }

        var at = reversePath.LastIndexOf('@');
        if (at <= 0 || reversePath[0] == '"' || !IsDomainName(reversePath[(at + 1)..]))
        {
            return null;
        }

        var (local, domain) = (reversePath[..at], reversePath[(at + 1)..]);
        var rewritten = Again(local, domain) ?? First(local, domain);
        var path = $"{rewritten}@{_domain}";
        return Encoding.UTF8.GetByteCount(rewritten) <= MaxLocalPart && Encoding.UTF8.GetByteCount(path) <= MaxPath ? path : null;
    }

    /// <summary>The address looks like one that was made here, whether or not it was.</summary>
    public bool Owns(string address)
    {
        var at = address.LastIndexOf('@');
        return at > 0
            && address.AsSpan(at + 1).Equals(_domain, StringComparison.OrdinalIgnoreCase)
            && (Is(Srs0, address, "=") || Is(Srs1, address, "="));
    }

    /// <summary>Where an address that <see cref="Owns"/> leads back to.</summary>
    public SrsOrigin Reverse(string address)
    {
        var local = address[..address.LastIndexOf('@')];
        var isFirst = Is(Srs0, local, "=");
        var parts = local[(Srs0.Length + 1)..].Split('=', isFirst ? 4 : 3);
        if (parts.Length != (isFirst ? 4 : 3))
        {
            return new SrsOrigin(SrsFault.Malformed);
        }

        var text = local[(Srs0.Length + 1 + parts[0].Length + 1)..];
        if (!_secrets.Any(secret => IsSignature(secret, isFirst ? Srs0 : Srs1, text, parts[0])))
        {
            return new SrsOrigin(SrsFault.NotSignedHere);
        }

        return !isFirst ? new SrsOrigin($"{Srs0}{parts[2]}@{parts[1]}")
            : SrsDay.Age(parts[1], _time.GetUtcNow()) is { } age && age <= _maxAge ? new SrsOrigin($"{parts[3]}@{parts[2]}")
            : new SrsOrigin(SrsFault.Expired);
    }

    private string First(string local, string domain) => Sign(Srs0, $"{SrsDay.Write(_time.GetUtcNow())}={domain}={local}");

    /// <summary>For an SRS address of another server; null for all others.</summary>
    private string? Again(string local, string domain)
    {
        if (Is(Srs0, local, Separators))
        {
            return Sign(Srs1, $"{domain}={local[Srs0.Length..]}");
        }

        // The first server can read its own part only, so that it is sent back there, past those between.
        return Is(Srs1, local, Separators) && local[(Srs1.Length + 1)..].Split('=', 3) is [_, var first, { Length: > 1 } rest]
            && Separators.Contains(rest[0], StringComparison.Ordinal) && IsDomainName(first)
            ? Sign(Srs1, $"{first}={rest}")
            : null;
    }

    private string Sign(string form, string text) => $"{form}={Hash(_secrets[0], form, text)}={text}";

    private static bool IsSignature(byte[] secret, string form, string text, string given) => Ascii.IsValid(given) && CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Hash(secret, form, text)), Encoding.ASCII.GetBytes(given.ToUpperInvariant()));

    private static string Hash(byte[] secret, string form, string text)
    {
        var octets = Encoding.UTF8.GetBytes($"{form}={text}");
        foreach (ref var octet in octets.AsSpan())
        {
            octet |= octet is >= (byte)'A' and <= (byte)'Z' ? (byte)0x20 : (byte)0;
        }

        return Base32.Write(HMACSHA256.HashData(secret, octets), HashLength);
    }

    private static bool Is(string form, string address, string separators) =>
        address.Length > form.Length && address.StartsWith(form, StringComparison.OrdinalIgnoreCase) && separators.Contains(address[form.Length], StringComparison.Ordinal);

    private static bool IsDomainName(string text) => Uri.CheckHostName(text) == UriHostNameType.Dns && Ascii.IsValid(text);
}
