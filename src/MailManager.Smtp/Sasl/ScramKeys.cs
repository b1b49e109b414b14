using System.Security.Cryptography;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// What is stored of one password (RFC 5802 §3, SHA-256): with it a login can be checked, but not made. Never printed.
/// </summary>
public sealed class ScramKeys
{
    /// <summary>Octets of a key and of a salted password.</summary>
    public const int Length = 32;

    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;

    /// <summary>Throws <see cref="ArgumentException"/> for keys of another length: a damaged hash must not become one that fits anything.</summary>
    public ScramKeys(ReadOnlySpan<byte> storedKey, ReadOnlySpan<byte> serverKey)
    {
        if (storedKey.Length != Length || serverKey.Length != Length)
        {
            throw new ArgumentException($"A SCRAM-SHA-256 key has {Length} octets.");
        }

        _storedKey = storedKey.ToArray();
        _serverKey = serverKey.ToArray();
    }

    public ReadOnlySpan<byte> StoredKey => _storedKey;

    public ReadOnlySpan<byte> ServerKey => _serverKey;

    /// <summary>The keys of a salted password: <c>Hi(password, salt, iterations)</c>, which is PBKDF2.</summary>
    public static ScramKeys FromSaltedPassword(ReadOnlySpan<byte> saltedPassword)
    {
        if (saltedPassword.Length != Length)
        {
            throw new ArgumentException($"A salted password has {Length} octets.", nameof(saltedPassword));
        }

        Span<byte> clientKey = stackalloc byte[Length];
        Span<byte> storedKey = stackalloc byte[Length];
        Span<byte> serverKey = stackalloc byte[Length];
        HMACSHA256.HashData(saltedPassword, "Client Key"u8, clientKey);
        SHA256.HashData(clientKey, storedKey);
        HMACSHA256.HashData(saltedPassword, "Server Key"u8, serverKey);
        CryptographicOperations.ZeroMemory(clientKey);
        return new ScramKeys(storedKey, serverKey);
    }

    /// <summary>Both are of the same password, salt and iterations. In constant time.</summary>
    public bool Matches(ScramKeys other) => CryptographicOperations.FixedTimeEquals(_storedKey, other._storedKey);

    /// <summary>The proof was made by one who knows the password (RFC 5802 §3). In constant time.</summary>
    /// <param name="proof">As the client sent it.</param>
    /// <param name="signedText">The RFC's AuthMessage.</param>
    public bool Verify(ReadOnlySpan<byte> proof, ReadOnlySpan<byte> signedText)
    {
        if (proof.Length != Length)
        {
            return false;
        }

        Span<byte> clientKey = stackalloc byte[Length];
        Span<byte> hash = stackalloc byte[Length];
        HMACSHA256.HashData(_storedKey, signedText, clientKey);
        for (var i = 0; i < Length; i++)
        {
            clientKey[i] ^= proof[i];
        }

        SHA256.HashData(clientKey, hash);
        CryptographicOperations.ZeroMemory(clientKey);
        return CryptographicOperations.FixedTimeEquals(hash, _storedKey);
    }

    /// <summary>What shows the client that the server knows the keys.</summary>
    public byte[] Sign(ReadOnlySpan<byte> signedText) => HMACSHA256.HashData(_serverKey, signedText);

    /// <summary>Nothing of the keys.</summary>
    public override string ToString() => "SCRAM keys";
}
