using System.Buffers.Binary;
using System.Security.Cryptography;
using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// Passwords that were found right a short time ago, so that a device which logs in for every message does not cost a derivation each time. An entry is
/// a hash of the password and of the stored key that it fitted, keyed with random octets of this process: when a credential changes, its stored key does,
/// and the entry is never found again. Thread-safe.
/// </summary>
internal sealed class VerifiedLogins(TimeProvider time)
{
    /// <summary>Entries, at most.</summary>
    public const int Capacity = 4096;

    /// <summary>How long a password need not be derived again.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromHours(1);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();
    private readonly AgedTable<bool> _entries = new(Capacity, Age, time);

    /// <summary>Which password of the credential this one is known to be; null: not known.</summary>
    public ScramPassword? Find(ScramCredential credential, ReadOnlySpan<byte> password)
    {
        foreach (var candidate in credential.Passwords)
        {
            var entry = EntryOf(credential, candidate, password);
            lock (_lock)
            {
                if (_entries.TryGet(entry, out _))
                {
                    return candidate;
                }
            }
        }

        return null;
    }

    public void Add(ScramCredential credential, ScramPassword match, ReadOnlySpan<byte> password)
    {
        var entry = EntryOf(credential, match, password);
        lock (_lock)
        {
            _entries.Set(entry, true);
        }
    }

    private UInt128 EntryOf(ScramCredential credential, ScramPassword candidate, ReadOnlySpan<byte> password)
    {
        Span<byte> text = stackalloc byte[ScramCredential.SaltLength + ScramKeys.Length + SaslText.MaxPassword];
        credential.Salt.Span.CopyTo(text);
        candidate.Keys.StoredKey.CopyTo(text[ScramCredential.SaltLength..]);
        password.CopyTo(text[(ScramCredential.SaltLength + ScramKeys.Length)..]);
        text = text[..(ScramCredential.SaltLength + ScramKeys.Length + password.Length)];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, text, hash);
        CryptographicOperations.ZeroMemory(text);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
