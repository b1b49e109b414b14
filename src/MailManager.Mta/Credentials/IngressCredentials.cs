using System.Collections.Frozen;
using System.Collections.Immutable;
using MailManager.Smtp.Sasl;

namespace MailManager.Mta.Credentials;

/// <summary>The credentials of one ingress point. Immutable; made by <see cref="CredentialStore.Create"/>.</summary>
internal sealed class IngressCredentials(
    string ingressPoint, IReadOnlyList<IngressCredential> credentials, ScramSalts salts, int iterations, TimeProvider time) : ISaslCredentials
{
    private readonly FrozenDictionary<string, IngressCredential> _byName = credentials.ToFrozenDictionary(credential => credential.Name, StringComparer.Ordinal);

    /// <inheritdoc/>
    public ScramCredential Find(string userName) => _byName.TryGetValue(userName, out var credential)
        ? credential.At(time.GetUtcNow())
        : salts.Decoy(ingressPoint, userName, iterations);

    /// <summary>The names, nothing else.</summary>
    public override string ToString() => $"credentials of {ingressPoint} ({string.Join(", ", _byName.Keys)})";
}

/// <summary>One credential of an ingress point, while the password before its current one is good and after.</summary>
internal sealed class IngressCredential
{
    private readonly ScramCredential _whileGood;
    private readonly ScramCredential _afterwards;
    private readonly DateTimeOffset? _previousGoodUntil;

    /// <param name="previousGoodUntil">Null: for as long as this object is used.</param>
    public IngressCredential(
        string name, ReadOnlySpan<byte> salt, int iterations, ScramKeys current, ImmutableArray<ScramKeys> previous, DateTimeOffset? previousGoodUntil)
    {
        Name = name;
        _whileGood = new ScramCredential(name, salt, iterations, Passwords(ScramPasswordState.Previous));
        _afterwards = new ScramCredential(name, salt, iterations, Passwords(ScramPasswordState.Expired));
        _previousGoodUntil = previousGoodUntil;

        ImmutableArray<ScramPassword> Passwords(ScramPasswordState state) =>
            [new(current, ScramPasswordState.Current), .. previous.Select(keys => new ScramPassword(keys, state))];
    }

    public string Name { get; }

    public ScramCredential At(DateTimeOffset now) => _previousGoodUntil <= now ? _afterwards : _whileGood;

    /// <summary>The name, nothing else.</summary>
    public override string ToString() => $"credential {Name}";
}
