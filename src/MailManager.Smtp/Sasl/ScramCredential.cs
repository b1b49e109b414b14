using System.Collections.Immutable;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// The one stored form of a credential, for every mechanism. All passwords that are or were good for it share a salt, so that a SCRAM client, which
/// sees one salt, may use any of them, and PLAIN needs one derivation for all. Never printed.
/// </summary>
public sealed class ScramCredential
{
    /// <summary>Octets of a salt.</summary>
    public const int SaltLength = 16;

    /// <summary>Least and most iterations taken: RFC 7677 §4, and what a login may cost.</summary>
    public const int MinIterations = 4096;
    public const int MaxIterations = 2_000_000;

    private readonly byte[] _salt;

    /// <summary>Throws <see cref="ArgumentException"/> for a salt, a count or passwords that cannot be of a credential.</summary>
    /// <param name="name">The identity that is proved; null for a decoy.</param>
    /// <param name="salt"><see cref="SaltLength"/> octets.</param>
    /// <param name="iterations"><see cref="MinIterations"/> to <see cref="MaxIterations"/>.</param>
    /// <param name="passwords">At least one.</param>
    public ScramCredential(string? name, ReadOnlySpan<byte> salt, int iterations, ImmutableArray<ScramPassword> passwords)
    {
        if (salt.Length != SaltLength)
        {
            throw new ArgumentException($"A salt has {SaltLength} octets.", nameof(salt));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, MinIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, MaxIterations);
        if (passwords.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A credential has a password.", nameof(passwords));
        }

        Name = name;
        Iterations = iterations;
        Passwords = passwords;
        _salt = salt.ToArray();
    }

    /// <summary>Null: made up for a user name that does not exist, so that no password is right.</summary>
    public string? Name { get; }

    public int Iterations { get; }

    public ReadOnlyMemory<byte> Salt => _salt;

    /// <summary>The current one first.</summary>
    public ImmutableArray<ScramPassword> Passwords { get; }

    /// <summary>Nothing of the keys.</summary>
    public override string ToString() => Name is null ? "decoy credential" : $"credential {Name}";
}

/// <summary>One password of a credential.</summary>
/// <param name="Keys">What is stored of it.</param>
/// <param name="State">Whether it is still good.</param>
public sealed record ScramPassword(ScramKeys Keys, ScramPasswordState State);

/// <summary>What a password of a credential is good for.</summary>
public enum ScramPasswordState
{
    Current,

    /// <summary>Replaced, but still good.</summary>
    Previous,

    /// <summary>Replaced long ago: kept only to tell the operator of clients that still use it.</summary>
    Expired,
}
