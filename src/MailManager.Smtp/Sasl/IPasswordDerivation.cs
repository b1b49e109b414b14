namespace MailManager.Smtp.Sasl;

/// <summary>Makes salted passwords. The costly part of a login with PLAIN or LOGIN.</summary>
public interface IPasswordDerivation
{
    /// <summary>PBKDF2 with HMAC-SHA-256. False when too much waits already; then nothing was done.</summary>
    /// <param name="password">Not kept.</param>
    /// <param name="salt">Of the credential.</param>
    /// <param name="iterations">Of the credential.</param>
    /// <param name="saltedPassword">32 octets, to be written.</param>
    /// <param name="cancellationToken">Ends the wait for a turn; a derivation that has begun is finished.</param>
    ValueTask<bool> TryDeriveAsync(
        ReadOnlyMemory<byte> password, ReadOnlyMemory<byte> salt, int iterations, Memory<byte> saltedPassword, CancellationToken cancellationToken);
}
