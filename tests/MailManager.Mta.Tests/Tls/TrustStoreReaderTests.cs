using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using MailManager.Mta.Tls;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Tls;

public sealed class TrustStoreReaderTests : IDisposable
{
    private readonly TestAuthority _root = TestAuthority.CreateRoot();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("", "CAContent holds no block 'CERTIFICATE'")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "CAContent, certificate 1: ")]
    [InlineData("-----BEGIN CERTIFICATE-----\nA!\n-----END CERTIFICATE-----\n", "CAContent holds 1 PEM block(s) that are broken")]
    [InlineData("-----BEGIN X-----\nAAAA\n-----END X-----\n", "CAContent holds a block 'X'")]
    public void What_is_no_certificate_is_an_error(string text, string error) => Assert.StartsWith(error, Assert.Single(Errors(text)), StringComparison.Ordinal);

    [Fact]
    public void A_certificate_of_a_client_is_no_authority()
    {
        using var client = _root.IssueClient();

        Assert.Equal(
            "CAContent, certificate 2: 'CN=client' is not a certification authority (basicConstraints does not say CA)",
            Assert.Single(Errors(_root.Pem + client.ExportCertificatePem())));
    }

    [Fact]
    public void Text_around_blocks_and_blocks_twice_do_no_harm() => Assert.Empty(Errors($"# root\n{_root.Pem}\nagain\n{_root.Pem}"));

    [Fact]
    public void A_list_of_an_unknown_authority_is_an_error_with_its_name()
    {
        using var other = TestAuthority.CreateRoot("Other");

        Assert.Equal(
            "CrlContent, list 2: its issuer 'CN=Other' is not among the authorities of CAContent",
            Assert.Single(Errors(_root.Pem, _root.RevocationList() + other.RevocationList())));
    }

    [Fact]
    public void A_list_with_a_wrong_signature_is_an_error_with_the_issuers_name()
    {
        using var impostor = TestAuthority.CreateRoot();

        Assert.StartsWith(
            "CrlContent, list 1: its signature was not made by its issuer 'CN=Test Root'", Assert.Single(Errors(_root.Pem, impostor.RevocationList())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_list_of_an_authority_is_an_error() =>
        Assert.Equal(
            "CrlContent, list 2: 'CN=Test Root' has a list already; at most one for each authority",
            Assert.Single(Errors(_root.Pem, _root.RevocationList() + _root.RevocationList())));

    [Fact]
    public void A_list_that_is_not_complete_is_an_error()
    {
        var builder = new CertificateRevocationListBuilder();
        var partial = builder.Build(
            _root.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_root.Certificate.GetECDsaPrivateKey()!), 1, TestAuthority.Now.AddDays(1),
            HashAlgorithmName.SHA256, X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root.Certificate, true, false));

        // The builder makes no critical extensions; here the key identifier becomes one of another kind.
        var pem = PemEncoding.WriteString("X509 CRL", MakeCritical(partial));

        Assert.Contains("critical extension", Assert.Single(Errors(_root.Pem, pem)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RSA", "SHA256", false)]
    [InlineData("RSA", "SHA512", true)]
    [InlineData("ECDSA", "SHA384", false)]
    public void Signatures_with_these_algorithms_are_known(string algorithm, string hash, bool isPss)
    {
        using var rsa = RSA.Create(2048);
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var name = new HashAlgorithmName(hash);
        var padding = isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        var request = algorithm == "RSA" ? new CertificateRequest("CN=ca", rsa, name, padding) : new CertificateRequest("CN=ca", ecdsa, name);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var authority = request.CreateSelfSigned(TestAuthority.Now.AddDays(-1), TestAuthority.Now.AddDays(9));

        var list = new CertificateRevocationListBuilder().Build(authority, 1, TestAuthority.Now.AddDays(1), name, algorithm == "RSA" ? padding : null);

        Assert.Empty(Errors(authority.ExportCertificatePem(), PemEncoding.WriteString("X509 CRL", list)));
    }

    [Fact]
    public void Any_octets_are_a_list_or_an_error()
    {
        var list = Decode(_root.RevocationList(null, _root.IssueClient(), _root.IssueClient()));
        Gen.OneOf(
            Gen.Byte.Array[0, 300],
            Gen.Select(Gen.Int[0, list.Length - 1], Gen.Byte).Array[1, 4].Select(changes =>
            {
                var octets = list.ToArray();
                foreach (var (at, value) in changes)
                {
                    octets[at] = value;
                }

                return octets;
            }),
            Gen.Int[0, list.Length].Select(length => list[..length]))
            .Sample(
                octets =>
                {
                    var isRead = RevocationList.TryRead(octets, out var read, out var error);
                    Assert.Equal(isRead, read is not null);
                    Assert.NotEqual(isRead, error is not null);
                },
                iter: 20_000);
    }

    [Fact]
    public void Any_text_is_a_trust_store_or_errors() =>
        Gen.Select(Gen.Char.AlphaNumeric.Array[0, 100], Gen.Int[0, 3]).Sample(
            (characters, kind) =>
            {
                var body = new string(characters);
                var text = kind switch
                {
                    0 => body,
                    1 => $"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----",
                    2 => $"-----BEGIN X509 CRL-----\n{body}\n-----END X509 CRL-----",
                    _ => $"-----BEGIN {body}-----BEGIN CERTIFICATE-----\n",
                };
                Assert.NotEmpty(Errors(text));
                if (!string.IsNullOrWhiteSpace(text))
                {
                    Assert.NotEmpty(Errors(_root.Pem, text));
                }
            },
            iter: 2_000);

    private static string[] Errors(string authorities, string? lists = null)
    {
        var (store, errors) = TrustStoreReader.Read(new TrustStoreContent(authorities, lists), TimeProvider.System);
        Assert.Equal(store is null, errors.Length > 0);
        return [.. errors];
    }

    private static byte[] Decode(string pem) => Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);

    /// <summary>Makes the CRLNumber extension (2.5.29.20) critical.</summary>
    private static byte[] MakeCritical(byte[] list)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        Copy(new AsnReader(list, AsnEncodingRules.DER), writer);
        return writer.Encode();

        static void Copy(AsnReader from, AsnWriter to)
        {
            while (from.HasData)
            {
                var tag = from.PeekTag();
                if (!tag.IsConstructed)
                {
                    var value = from.ReadEncodedValue().Span;
                    to.WriteEncodedValue(value);
                    if (value.SequenceEqual((ReadOnlySpan<byte>)[0x06, 0x03, 0x55, 0x1D, 0x14]))
                    {
                        to.WriteBoolean(true);
                    }

                    continue;
                }

                var isSet = tag.HasSameClassAndValue(Asn1Tag.SetOf);
                using (isSet ? to.PushSetOf() : to.PushSequence(tag))
                {
                    Copy(isSet ? from.ReadSetOf() : from.ReadSequence(tag), to);
                }
            }
        }
    }
}
