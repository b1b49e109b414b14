using System.Text;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Mta.Credentials;

/// <summary>
/// Remembers hashes of managed passwords across restarts, so that a password which the configuration no longer has stays good for a while: clients need
/// not be changed at the same moment. One for a data directory; thread-safe.
/// </summary>
internal sealed class CredentialStore
{
    /// <summary>How long a managed password is good after it was replaced, as at AWS.</summary>
    public static readonly TimeSpan PreviousLifetime = TimeSpan.FromDays(14);

    private readonly Lock _lock = new();
    private readonly CredentialFile _file;
    private readonly ScramSalts _salts;
    private readonly TimeProvider _time;
    private CredentialContent _content;

    private CredentialStore(CredentialFile file, CredentialContent content, TimeProvider time)
    {
        _file = file;
        _content = content;
        _salts = new ScramSalts(content.Key);
        _time = time;
    }

    /// <summary>
    /// Reads the file, or makes one with a new key. Throws <see cref="CredentialStoreException"/> when it is damaged or cannot be read or written.
    /// </summary>
    /// <param name="directory">The data directory, which exists and belongs to this process alone.</param>
    /// <param name="iterations">
    /// For new files. A file keeps its own as long as a replaced password is good, whose hash cannot be made anew. When they change, all hashes go: a
    /// password that is replaced at the very same start is not remembered.
    /// </param>
    public static CredentialStore Open(string directory, TimeProvider time, int iterations = PasswordDerivation.DefaultIterations)
    {
        var file = new CredentialFile(directory);
        var content = file.Read();
        var now = time.GetUtcNow();
        if (content is null || (content.Iterations != iterations && !content.Passwords.Values.Any(password => IsPreviousGood(password, now))))
        {
            content = content is null ? CredentialContent.CreateNew(iterations) : new CredentialContent(content.Key, iterations);
            file.Write(content);
        }

        return new CredentialStore(file, content, time);
    }

    /// <summary>
    /// Hashes the passwords now in the configuration (some 16 ms each) and remembers which managed ones changed. Managed passwords of this ingress point
    /// that are not among the sources are forgotten, so a credential that was removed is gone at once. Throws <see cref="CredentialStoreException"/>.
    /// </summary>
    public IngressCredentials Create(string ingressPoint, IReadOnlyList<CredentialSource> sources)
    {
        Check(ingressPoint, sources);
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var stored = new Dictionary<(string, string), StoredPassword>();
            var credentials = new List<IngressCredential>(sources.Count);
            foreach (var source in sources)
            {
                var salt = _salts.For(ingressPoint, source.Name);
                var current = Derive(source.Password, salt);
                if (source.IsManaged)
                {
                    var password = Update(_content.Passwords.GetValueOrDefault((ingressPoint, source.Name)), current, now);
                    stored.Add((ingressPoint, source.Name), password);
                    credentials.Add(new IngressCredential(
                        source.Name, salt, _content.Iterations, password.Current, password.Previous is { } previous ? [previous.Keys] : [],
                        password.Previous?.ReplacedAt + PreviousLifetime));
                }
                else
                {
                    credentials.Add(new IngressCredential(
                        source.Name, salt, _content.Iterations, current, [.. source.PreviousPasswords.Select(previous => Derive(previous, salt))], previousGoodUntil: null));
                }
            }

            Replace(key => key.IngressPoint == ingressPoint, stored);
            return new IngressCredentials(ingressPoint, credentials, _salts, _content.Iterations, _time);
        }
    }

    /// <summary>Forgets the managed passwords of all ingress points but these, so that one made anew under an old name starts afresh.</summary>
    public void RetainOnly(IReadOnlyCollection<string> ingressPoints)
    {
        lock (_lock)
        {
            Replace(key => !ingressPoints.Contains(key.IngressPoint), []);
        }
    }

    private static bool IsPreviousGood(StoredPassword password, DateTimeOffset now) => password.Previous?.ReplacedAt > now - PreviousLifetime;

    private static StoredPassword Update(StoredPassword? known, ScramKeys current, DateTimeOffset now)
    {
        if (known is null)
        {
            return new StoredPassword(current, null);
        }

        if (!known.Current.Matches(current))
        {
            return new StoredPassword(current, new ReplacedPassword(known.Current, now));
        }

        // A clock that was ahead must not make a replaced password good for longer.
        return known.Previous?.ReplacedAt > now ? known with { Previous = known.Previous with { ReplacedAt = now } } : known;
    }

    private ScramKeys Derive(string password, byte[] salt)
    {
        Span<byte> salted = stackalloc byte[ScramKeys.Length];
        PasswordDerivation.Derive(Encoding.ASCII.GetBytes(password), salt, _content.Iterations, salted);
        return ScramKeys.FromSaltedPassword(salted);
    }

    /// <summary>Puts passwords in place of those with such keys, and writes the file when that changes anything. Nothing has changed when writing fails.</summary>
    private void Replace(Func<(string IngressPoint, string Name), bool> isReplaced, Dictionary<(string, string), StoredPassword> passwords)
    {
        var removed = _content.Passwords.Where(entry => isReplaced(entry.Key)).ToArray();
        if (removed.Length == passwords.Count && removed.All(entry => passwords.TryGetValue(entry.Key, out var now) && ReferenceEquals(now, entry.Value)))
        {
            return;
        }

        var changed = new CredentialContent(_content.Key, _content.Iterations);
        foreach (var entry in _content.Passwords.Except(removed).Concat(passwords))
        {
            changed.Passwords.Add(entry.Key, entry.Value);
        }

        _file.Write(changed);
        _content = changed;
    }

    private static void Check(string ingressPoint, IReadOnlyList<CredentialSource> sources)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            if (!SaslText.IsUserName(Encoding.UTF8.GetBytes(source.Name)))
            {
                throw new CredentialStoreException(
                    $"Ingress point {ingressPoint}: the name of a credential must have 1 to {SaslText.MaxUserName} printable ASCII characters.");
            }

            if (!source.PreviousPasswords.Prepend(source.Password).All(password => SaslText.IsPassword(Encoding.UTF8.GetBytes(password))))
            {
                throw new CredentialStoreException(
                    $"Ingress point {ingressPoint}: a password of credential {source.Name} must have 1 to {SaslText.MaxPassword} printable ASCII characters.");
            }

            if (!names.Add(source.Name))
            {
                throw new CredentialStoreException($"Ingress point {ingressPoint} has two credentials named {source.Name}.");
            }
        }
    }
}
