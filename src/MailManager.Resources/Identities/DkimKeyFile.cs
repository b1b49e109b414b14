using System.Formats.Asn1;
using System.Security.Cryptography;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Identities;

/// <summary>Reads private keys of DKIM: PEM, PKCS#8 (RFC 5208; RFC 8410 for Ed25519), without a password.</summary>
public static class DkimKeyFile
{
    /// <summary>Bits of an RSA key: fewer are refused by verifiers, and of more, the signature takes long and the record is too large (RFC 8301 §3.2).</summary>
    public const int MinimumBits = 1024;

    public const int MaximumBits = 4096;

    /// <summary>Octets of an Ed25519 key.</summary>
    public const int Ed25519Length = 32;

    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string Ed25519 = "1.3.101.112";
    private const string NoKey = "the file has no private key as DKIM needs one (PEM, PKCS#8, -----BEGIN PRIVATE KEY-----, without a password)";

    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Selectors are labels as in domain names (RFC 6376 §3.1), though the last may be a number. Null: it is one.</summary>
    public static string? ProblemWithSelector(string selector) =>
        DomainName.ProblemWith($"{selector}.example") is null ? null : $"{DisplayText.Quote(selector)} is not a selector: write letters, digits and, inside, hyphens and dots";

    /// <summary>The key, or what is wrong with the file.</summary>
    /// <param name="selector">Of the key.</param>
    /// <param name="path">The file.</param>
    public static (DkimKey? Key, string? Problem) Read(string selector, string path)
    {
        try
        {
            return !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0
                ? (null, "the file of a private key must not be open to all users of the machine; take it from them with chmod o-rw")
                : Parse(selector, File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (null, $"the file cannot be read: {fault.Message}");
        }
    }

    /// <param name="selector">Of the key.</param>
    /// <param name="pem">Content of the file.</param>
    public static (DkimKey? Key, string? Problem) Parse(string selector, string pem)
    {
        if (!PemEncoding.TryFind(pem, out var fields) || pem.AsSpan()[fields.Label] is not "PRIVATE KEY")
        {
            return (null, NoKey);
        }

        var pkcs8 = new byte[fields.DecodedDataLength];
        try
        {
            return !Convert.TryFromBase64Chars(pem.AsSpan()[fields.Base64Data], pkcs8, out _) ? (null, NoKey) : Read(selector, pkcs8);
        }
        catch (Exception fault) when (fault is AsnContentException or CryptographicException)
        {
            return (null, NoKey);
        }
    }

    private static (DkimKey? Key, string? Problem) Read(string selector, byte[] pkcs8)
    {
        var info = new AsnReader(pkcs8, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        var algorithm = info.ReadSequence().ReadObjectIdentifier();
        if (algorithm == Ed25519)
        {
            // The key is an octet string within the octet string (RFC 8410 §7).
            var seed = new AsnReader(info.ReadOctetString(), AsnEncodingRules.BER).ReadOctetString();
            return seed.Length == Ed25519Length ? (new DkimKey(selector, DkimAlgorithm.Ed25519Sha256, [.. seed]), null) : (null, NoKey);
        }

        if (algorithm != Rsa)
        {
            return (null, "the key is neither RSA nor Ed25519");
        }

        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(pkcs8, out _);
        return rsa.KeySize is < MinimumBits or > MaximumBits
            ? (null, $"the RSA key has {rsa.KeySize} bits, must have {MinimumBits} to {MaximumBits}")
            : (new DkimKey(selector, DkimAlgorithm.RsaSha256, [.. pkcs8]), null);
    }
}
