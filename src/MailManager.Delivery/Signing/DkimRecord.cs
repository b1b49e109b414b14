namespace MailManager.Delivery.Signing;

/// <summary>The record with the public key of a selector (RFC 6376 §3.6.1): what it should say, and whether one that is published fits.</summary>
public static class DkimRecord
{
    /// <summary>Octets of one string of a TXT record (RFC 1035 §3.3).</summary>
    private const int MaximumString = 255;

    /// <summary>Name in DNS.</summary>
    public static string Name(string selector, string domain) => $"{selector}._domainkey.{domain}";

    /// <summary>Text in DNS.</summary>
    public static string Text(SigningKey key) => $"v=DKIM1; k={key.KeyType}; p={Convert.ToBase64String(key.PublicKey)}";

    /// <summary>The text in strings of at most 255 octets, as zone files have it: <c>"v=DKIM1; ..." "..."</c>.</summary>
    public static string Quoted(string text) => string.Join(' ', text.Chunk(MaximumString).Select(part => $"\"{new string(part)}\""));

    /// <summary>Why verifiers will not take signatures of the key by these TXT records of its name; null: they will.</summary>
    public static string? ProblemWith(IReadOnlyCollection<string> records, SigningKey key)
    {
        if (records.Count != 1)
        {
            return $"there are {records.Count} TXT records, and there must be one";
        }

        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in records.First().Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = tag.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !tags.TryAdd(tag[..equals].TrimEnd(), string.Concat(tag[(equals + 1)..].Where(c => !char.IsWhiteSpace(c)))))
            {
                return "it is not a list of tags";
            }
        }

        var type = tags.GetValueOrDefault("k", "rsa");
        return tags.GetValueOrDefault("v", "DKIM1") != "DKIM1" ? "its version (v=) is not DKIM1"
            : !tags.TryGetValue("p", out var published) ? "it has no public key (p=)"
            : published.Length == 0 ? "its key is revoked (p= is empty)"
            : type != key.KeyType ? $"it is for a key of type {type}, but the key here is of type {key.KeyType}"
            : published != Convert.ToBase64String(key.PublicKey) ? "its public key (p=) is not the one of the key here"
            : tags.TryGetValue("h", out var hashes) && !hashes.Split(':').Contains("sha256") ? "it does not allow SHA-256 (h=)"
            : tags.TryGetValue("s", out var services) && !services.Split(':').Any(service => service is "*" or "email") ? "it is not for mail (s=)"
            : tags.TryGetValue("t", out var flags) && flags.Split(':').Contains("y") ? "it says that the domain is testing (t=y), so that verifiers may ignore signatures"
            : null;
    }
}
