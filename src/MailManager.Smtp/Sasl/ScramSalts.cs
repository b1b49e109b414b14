using System.Security.Cryptography;
using System.Text;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// Salts for the user names of one installation: a keyed hash of the name. Whoever begins SCRAM is shown a salt. As those of existing names and those of
/// decoys come from the same function, and are the same whenever they are asked for, a salt does not tell whether a name exists. Never printed.
/// </summary>
public sealed class ScramSalts
{
    /// <summary>Octets of the installation's key.</summary>
    public const int KeyLength = 32;

    private readonly byte[] _key;

    /// <summary>Throws <see cref="ArgumentException"/> unless the key has <see cref="KeyLength"/> octets.</summary>
    /// <param name="key">Random, made once for an installation and kept as secret as the hashes.</param>
    public ScramSalts(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
        {
            throw new ArgumentException($"The key has {KeyLength} octets.", nameof(key));
        }

        _key = key.ToArray();
    }

    /// <summary>Salt of a user name, the same at each call.</summary>
    /// <param name="realm">What tells apart equal names, such as the name of the ingress point.</param>
    public byte[] For(string realm, string userName) => Hash("salt", realm, userName)[..ScramCredential.SaltLength];

    /// <summary>A credential for a name that does not exist: no password and no proof fits it.</summary>
    public ScramCredential Decoy(string realm, string userName, int iterations) => new(
        null, For(realm, userName), iterations,
        [new ScramPassword(new ScramKeys(Hash("stored", realm, userName), Hash("server", realm, userName)), ScramPasswordState.Current)]);

    /// <summary>NUL stands in none of the three, so that no two triples are the same text.</summary>
    private byte[] Hash(string purpose, string realm, string userName) =>
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{purpose}\0{realm}\0{userName}"));
}
