using System.Collections.Immutable;

namespace MailManager.Resources.Identities;

/// <summary>A private key that signs the mail of a domain. Immutable.</summary>
/// <param name="Selector">Under <c>_domainkey</c> of the domain, this names its public key in DNS (RFC 6376 §3.1).</param>
/// <param name="Algorithm">What it signs by.</param>
/// <param name="PrivateKey">For RSA in the form of PKCS#8, for Ed25519 its 32 octets (RFC 8032 §5.1.5).</param>
public sealed record DkimKey(string Selector, DkimAlgorithm Algorithm, ImmutableArray<byte> PrivateKey);

/// <summary>The signature algorithms of DKIM that are in use.</summary>
public enum DkimAlgorithm
{
    /// <summary><c>rsa-sha256</c>, RFC 6376 §3.3.1.</summary>
    RsaSha256,

    /// <summary><c>ed25519-sha256</c>, RFC 8463.</summary>
    Ed25519Sha256,
}
