using System.Security.Cryptography;

namespace MailManager.Smtp.Sasl;

/// <summary>
/// Derivations on the thread pool, a few at a time: any stranger who has TLS can ask for them, and they must leave the processors to mail.
/// One for the process; thread-safe.
/// </summary>
public sealed class PasswordDerivation : IPasswordDerivation, IDisposable
{
    /// <summary>
    /// Iterations for new credentials: about 16 ms of a processor, and the most with which Cyrus SASL, and so Postfix's client, logs in by SCRAM: it
    /// refuses more. OWASP's 600,000 would slow down guessing from a stolen file nine times, but that file stands beside a configuration that holds
    /// the passwords, and each attempt of a stranger would cost 150 ms.
    /// </summary>
    public const int DefaultIterations = 65_536;

    /// <summary>Derivations that wait for their turn, at most: some seconds' worth.</summary>
    public const int MaxWaiting = 128;

    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;

    /// <inheritdoc/>
    public async ValueTask<bool> TryDeriveAsync(
        ReadOnlyMemory<byte> password, ReadOnlyMemory<byte> salt, int iterations, Memory<byte> saltedPassword, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MaxWaiting)
            {
                return false;
            }

            await _turns.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            await Task.Run(() => Derive(password.Span, salt.Span, iterations, saltedPassword.Span), CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>The same on the caller's thread, for hashing at start.</summary>
    public static void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, Span<byte> saltedPassword) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, saltedPassword, iterations, HashAlgorithmName.SHA256);

    public void Dispose() => _turns.Dispose();
}
