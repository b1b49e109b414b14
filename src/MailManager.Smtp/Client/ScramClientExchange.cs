using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Smtp.Client;

/// <summary>
/// SCRAM-SHA-256 without channel binding (RFC 5802, RFC 7677). The server has to show that it knows the password's keys as well: without its
/// signature a 235 counts for nothing.
/// </summary>
/// <param name="credentials">Both printable ASCII, see <see cref="SaslText"/>.</param>
/// <param name="clientNonce">New for each exchange; printable, without comma.</param>
internal sealed class ScramClientExchange(SmtpCredentials credentials, string clientNonce) : IAuthExchange
{
    /// <summary>Most iterations that a server may ask for: about a quarter of a second of a processor. Servers use 4,096 to 600,000.</summary>
    public const int MaxIterations = 1_000_000;

    /// <summary>Octets of a salt and of a server's nonce, at most. Servers send 16 to 64.</summary>
    private const int MaxText = 512;

    /// <summary><c>n,,</c> in base64: no channel binding, no authorization identity.</summary>
    private const string EncodedHeader = "biws";

    private readonly string _bare = $"n={credentials.UserName.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={clientNonce}";
    private byte[]? _expectedSignature;

    public byte[]? InitialResponse => Encoding.ASCII.GetBytes("n,," + _bare);

    public bool IsComplete { get; private set; }

    /// <summary>18 octets of the system's random source, which are 24 characters.</summary>
    public static string CreateNonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));

    public bool TryAnswer(ReadOnlySpan<byte> challenge, [NotNullWhen(true)] out byte[]? response, [NotNullWhen(false)] out string? problem)
    {
        response = null;
        problem = IsComplete ? ExchangeProblems.AsksForMore
            : _expectedSignature is null ? TakeFirst(challenge, out response)
            : TakeFinal(challenge, _expectedSignature, out response);
        return problem is null;
    }

    /// <summary><c>r=nonce,s=salt,i=count</c>. The nonce must begin with ours and go on.</summary>
    private string? TakeFirst(ReadOnlySpan<byte> challenge, out byte[]? response)
    {
        response = null;
        var rest = challenge;
        if (!ScramText.TryTake(ref rest, 'r', out var nonce) || !ScramText.TryTake(ref rest, 's', out var encodedSalt) || !ScramText.TryTake(ref rest, 'i', out var count)
            || !ScramText.IsNonce(nonce) || !TryDecode(encodedSalt, out var salt))
        {
            return "the server's SCRAM challenge is malformed";
        }

        if (nonce.Length <= clientNonce.Length || !nonce.StartsWith(Encoding.ASCII.GetBytes(clientNonce)))
        {
            return "the server's SCRAM nonce does not extend ours";
        }

        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations is < ScramCredential.MinIterations or > MaxIterations)
        {
            return $"the server's SCRAM iteration count is not from {ScramCredential.MinIterations} to {MaxIterations}";
        }

        var salted = new byte[ScramKeys.Length];
        PasswordDerivation.Derive(Encoding.ASCII.GetBytes(credentials.Password), salt, iterations, salted);
        var keys = ScramKeys.FromSaltedPassword(salted);
        var withoutProof = $"c={EncodedHeader},r={Encoding.ASCII.GetString(nonce)}";
        byte[] signedText = [.. Encoding.ASCII.GetBytes(_bare), (byte)',', .. challenge, (byte)',', .. Encoding.ASCII.GetBytes(withoutProof)];
        _expectedSignature = keys.Sign(signedText);
        response = Encoding.ASCII.GetBytes($"{withoutProof},p={Convert.ToBase64String(Prove(salted, keys, signedText))}");
        CryptographicOperations.ZeroMemory(salted);
        return null;
    }

    /// <summary><c>v=signature</c>, or <c>e=error</c>; answered by an empty response, as SMTP's success carries no data.</summary>
    private string? TakeFinal(ReadOnlySpan<byte> challenge, byte[] expected, out byte[]? response)
    {
        response = null;
        var rest = challenge;
        if (!ScramText.TryTake(ref rest, 'v', out var encoded) || !TryDecode(encoded, out var signature)
            || !CryptographicOperations.FixedTimeEquals(signature, expected))
        {
            return "the server's SCRAM signature is wrong: it does not know the password";
        }

        IsComplete = true;
        response = [];
        return null;
    }

    /// <summary>RFC 5802 §3: the client key under the signature of its hash.</summary>
    private static byte[] Prove(byte[] salted, ScramKeys keys, byte[] signedText)
    {
        var proof = HMACSHA256.HashData(salted, "Client Key"u8);
        var signature = HMACSHA256.HashData(keys.StoredKey, signedText);
        for (var i = 0; i < proof.Length; i++)
        {
            proof[i] ^= signature[i];
        }

        return proof;
    }

    private static bool TryDecode(ReadOnlySpan<byte> text, out byte[] octets)
    {
        octets = [];
        if (text.Length > MaxText || text.ContainsAny(" \t\r\n"u8) || !Base64.IsValid(text, out var length) || length == 0)
        {
            return false;
        }

        octets = new byte[length];
        _ = Base64.DecodeFromUtf8(text, octets, out _, out _);
        return true;
    }
}
