using System.Collections.Concurrent;
using System.Security.Cryptography;
using MailManager.Resources.Identities;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace MailManager.Delivery.Signing;

/// <summary>Signs, and knows its public key. Thread-safe.</summary>
public abstract class SigningKey
{
    private SigningKey(string selector)
    {
        Selector = selector;
    }

    public string Selector { get; }

    /// <summary>As in <c>a=</c> of a signature.</summary>
    public abstract string Algorithm { get; }

    /// <summary>As in <c>k=</c> of the record in DNS.</summary>
    public abstract string KeyType { get; }

    /// <summary>Bits of the key.</summary>
    public abstract int Bits { get; }

    /// <summary>As in <c>p=</c> of the record in DNS, before base64: SubjectPublicKeyInfo, for Ed25519 the 32 octets (RFC 8463 §4.2).</summary>
    public abstract byte[] PublicKey { get; }

    /// <summary>Throws <see cref="CryptographicException"/> for a key that cannot be used.</summary>
    public static SigningKey Create(DkimKey key) => key.Algorithm == DkimAlgorithm.Ed25519Sha256 ? new Ed25519Key(key) : new RsaKey(key);

    /// <summary>Signs a SHA-256 hash. May throw <see cref="CryptographicException"/>.</summary>
    internal abstract byte[] Sign(byte[] hash);

    private sealed class RsaKey : SigningKey
    {
        private readonly DkimKey _key;

        // An RSA object is for one thread at a time; as many are kept as signed at the same time.
        private readonly ConcurrentBag<RSA> _free = [];

        public RsaKey(DkimKey key)
            : base(key.Selector)
        {
            _key = key;
            var rsa = Make();
            Bits = rsa.KeySize;
            PublicKey = rsa.ExportSubjectPublicKeyInfo();
            _free.Add(rsa);
        }

        public override string Algorithm => "rsa-sha256";

        public override string KeyType => "rsa";

        public override int Bits { get; }

        public override byte[] PublicKey { get; }

        internal override byte[] Sign(byte[] hash)
        {
            var rsa = _free.TryTake(out var free) ? free : Make();
            var signature = rsa.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            _free.Add(rsa);
            return signature;
        }

        private RSA Make()
        {
            var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(_key.PrivateKey.AsSpan(), out _);
            return rsa;
        }
    }

    private sealed class Ed25519Key : SigningKey
    {
        private readonly byte[] _seed;

        public Ed25519Key(DkimKey key)
            : base(key.Selector)
        {
            _seed = [.. key.PrivateKey];
            PublicKey = new byte[Ed25519.PublicKeySize];
            Ed25519.GeneratePublicKey(_seed, 0, PublicKey, 0);
        }

        public override string Algorithm => "ed25519-sha256";

        public override string KeyType => "ed25519";

        public override int Bits => 256;

        public override byte[] PublicKey { get; }

        /// <summary>What Ed25519 signs is the hash itself (RFC 8463 §3).</summary>
        internal override byte[] Sign(byte[] hash)
        {
            var signature = new byte[Ed25519.SignatureSize];
            Ed25519.Sign(_seed, 0, hash, 0, hash.Length, signature, 0);
            return signature;
        }
    }
}
