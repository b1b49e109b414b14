using System.Security.Cryptography;
using System.Text;
using MailManager.Delivery.Signing;
using MailManager.Resources.Identities;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Security;

namespace MailManager.Delivery.Tests.Signing;

/// <summary>Two keys of <c>example.com</c>, and what verifiers find in DNS.</summary>
internal sealed class TestKeys : DkimPublicKeyLocatorBase
{
    private static readonly byte[] Rsa = CreateRsa();

    public static DkimKey RsaKey { get; } = new("r1", DkimAlgorithm.RsaSha256, [.. Rsa]);

    public static DkimKey Ed25519Key { get; } = new("e1", DkimAlgorithm.Ed25519Sha256, [.. SHA256.HashData("seed"u8)]);

    public static IdentitySet Identities(params DkimKey[] keys) =>
        IdentitySet.Create([new Identity("example.com") { DkimKeys = [.. keys] }, new Identity("sender.test")]);

    public override AsymmetricKeyParameter LocatePublicKey(string methods, string domain, string selector, CancellationToken cancellationToken = default)
    {
        Assert.Equal("example.com", domain);
        var key = SigningKey.Create(selector == "r1" ? RsaKey : Ed25519Key);
        return GetPublicKey($"v=DKIM1; k={key.KeyType}; p={Convert.ToBase64String(key.PublicKey)}");
    }

    public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
        Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));

    private static byte[] CreateRsa()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKey();
    }
}
