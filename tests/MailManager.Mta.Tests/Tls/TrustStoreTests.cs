using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using MailManager.Mta.Tls;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Tls;

public sealed class TrustStoreTests : IDisposable
{
    private readonly TestAuthority _root = TestAuthority.CreateRoot();
    private readonly FakeTimeProvider _time = new(TestAuthority.Now);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_certificate_of_the_authority_is_accepted() => Assert.Null(Read(_root.Pem).Check(_root.IssueClient(), null));

    [Fact]
    public void One_without_extended_key_usage_is_accepted() => Assert.Null(Read(_root.Pem).Check(_root.Issue(new TestSubject()), null));

    [Fact]
    public void One_for_servers_only_is_refused() =>
        Assert.Equal("it is not meant for client authentication (extended key usage)", Read(_root.Pem).Check(_root.IssueServer("a.example"), null));

    [Fact]
    public void One_of_another_authority_is_refused_even_under_the_same_name()
    {
        using var other = TestAuthority.CreateRoot("Other");
        using var impostor = TestAuthority.CreateRoot();

        Assert.StartsWith("its CA 'CN=Other' is not in the trust store", Read(_root.Pem).Check(other.IssueClient(), [other.Certificate]), StringComparison.Ordinal);
        Assert.NotNull(Read(_root.Pem).Check(impostor.IssueClient(), null));
        Assert.NotNull(Read(_root.Pem).Check(impostor.IssueClient(), [impostor.Certificate]));
    }

    [Fact]
    public void A_self_signed_one_is_refused()
    {
        using var certificate = TestCertificates.CreateSelfSigned("client");

        Assert.Equal("it is self-signed", Read(_root.Pem).Check(certificate, null));
    }

    [Fact]
    public void The_authority_itself_is_no_client() => Assert.NotNull(Read(_root.Pem).Check(_root.Certificate, null));

    [Fact]
    public void A_changed_certificate_is_refused()
    {
        using var client = _root.IssueClient();
        using var intermediate = _root.CreateIntermediate();
        using var below = intermediate.IssueClient();

        Assert.Equal("it has a wrong signature", Read(_root.Pem).Check(Spoil(client), null));
        Assert.Equal("it has a wrong signature", Read(intermediate.Pem).Check(Spoil(below), null));
    }

    [Fact]
    public void Time_decides_at_each_handshake()
    {
        using var shortLived = TestAuthority.CreateRoot("Short", notAfter: TestAuthority.Now.AddDays(2));
        using var client = shortLived.Issue(new TestSubject { NotAfter = TestAuthority.Now.AddDays(1) });
        using var longer = shortLived.Issue(new TestSubject { NotAfter = TestAuthority.Now.AddDays(9) });
        using var future = shortLived.Issue(new TestSubject { NotBefore = TestAuthority.Now.AddDays(1), NotAfter = TestAuthority.Now.AddDays(9) });
        var store = Read(_root.Pem + shortLived.Pem);

        Assert.Null(store.Check(client, null));
        Assert.StartsWith("it is valid from", store.Check(future, null), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromDays(1.5));
        Assert.StartsWith("it is valid from", store.Check(client, null), StringComparison.Ordinal);
        Assert.Null(store.Check(longer, null));
        Assert.Null(store.Check(future, null));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.StartsWith("its CA 'CN=Short' has expired", store.Check(longer, null), StringComparison.Ordinal);
        Assert.Null(store.Check(_root.IssueClient(), null));
    }

    [Fact]
    public void Intermediates_come_from_the_client_or_the_store()
    {
        using var intermediate = _root.CreateIntermediate();
        using var client = intermediate.IssueClient();

        Assert.NotNull(Read(_root.Pem).Check(client, null));
        Assert.Null(Read(_root.Pem).Check(client, [X509CertificateLoader.LoadCertificate(intermediate.Certificate.RawData)]));
        Assert.Null(Read(_root.Pem + intermediate.Pem).Check(client, null));

        // An intermediate alone is trusted as it is, and what is beside it is not.
        Assert.Null(Read(intermediate.Pem).Check(client, null));
        Assert.Null(Read(intermediate.Pem).Check(client, [_root.Certificate]));
        Assert.NotNull(Read(intermediate.Pem).Check(_root.IssueClient(), [_root.Certificate]));
    }

    [Fact]
    public void Revoked_certificates_are_refused_and_others_not()
    {
        using var revoked = _root.IssueClient();
        using var highSerial = _root.Issue(new TestSubject { Serial = [0, 0xF0, 1, 2, 3, 4, 5, 6, 7] });
        var store = Read(_root.Pem, _root.RevocationList(null, revoked, highSerial));

        Assert.Equal("it is revoked", store.Check(revoked, null));
        Assert.Equal("it is revoked", store.Check(highSerial, null));
        Assert.Null(store.Check(_root.IssueClient(), null));
    }

    [Fact]
    public void Revoked_intermediates_are_refused_wherever_they_come_from()
    {
        using var intermediate = _root.CreateIntermediate();
        using var client = intermediate.IssueClient();
        var list = _root.RevocationList(null, intermediate.Certificate);

        Assert.Equal("its issuer 'CN=Test Intermediate' is revoked", Read(_root.Pem, list).Check(client, [intermediate.Certificate]));
        Assert.Equal("its issuer 'CN=Test Intermediate' is revoked", Read(_root.Pem + intermediate.Pem, list).Check(client, null));
    }

    [Fact]
    public void An_expired_list_disables_its_authority_while_the_process_runs_unless_it_is_to_be_ignored()
    {
        using var other = TestAuthority.CreateRoot("Other");
        using var revoked = _root.IssueClient();
        var list = _root.RevocationList(TestAuthority.Now.AddDays(1), revoked);
        var store = Read(_root.Pem + other.Pem, list);
        var weak = Read(_root.Pem + other.Pem, list, ignoreExpiredCrl: true);

        Assert.Null(store.Check(_root.IssueClient(), null));
        Assert.NotNull(weak.Check(revoked, null));
        _time.Advance(TimeSpan.FromDays(2));

        Assert.StartsWith("the CRL of its CA 'CN=Test Root' has expired", store.Check(_root.IssueClient(), null), StringComparison.Ordinal);
        Assert.Null(store.Check(other.IssueClient(), null));
        Assert.Null(weak.Check(_root.IssueClient(), null));
        Assert.Equal("it is revoked", weak.Check(revoked, null));
        Assert.Contains("has expired", Assert.Single(store.Notices()), StringComparison.Ordinal);
        Assert.Contains("what has been revoked since is not known", Assert.Single(weak.Notices()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UniversalTagNumber.IA5String, 2, "good.example\0.evil.example")]
    [InlineData(UniversalTagNumber.IA5String, 1, "a\r\n@x.example")]
    [InlineData(UniversalTagNumber.IA5String, 6, "urn:\u007F")]
    public void Names_with_control_characters_are_refused(UniversalTagNumber type, int kind, string value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(type, value, new Asn1Tag(TagClass.ContextSpecific, kind));
        }

        Assert.Equal("a name in it holds a control character", Read(_root.Pem).Check(_root.Issue(new TestSubject { Names = writer.Encode() }), null));
    }

    [Theory]
    [InlineData(new byte[] { 0x30, 0x80 })]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x30, 0x03, 0x87, 0x01, 0x01 })]
    [InlineData(new byte[] { 0x30, 0x03, 0x82, 0x01, 0xE4 })]
    [InlineData(new byte[] { 0x30, 0x03, 0x04, 0x01, 0x01 })]
    public void Malformed_names_are_refused(byte[] names) =>
        Assert.Equal("its subjectAltName is malformed", Read(_root.Pem).Check(_root.Issue(new TestSubject { Names = names }), null));

    private static X509Certificate2 Spoil(X509Certificate2 certificate)
    {
        // The last octet belongs to the signature.
        var octets = certificate.RawData;
        octets[^1] ^= 1;
        return X509CertificateLoader.LoadCertificate(octets);
    }

    private TrustStore Read(string authorities, string? lists = null, bool ignoreExpiredCrl = false)
    {
        var (store, errors) = TrustStoreReader.Read(new TrustStoreContent(authorities, lists, ignoreExpiredCrl), _time);
        Assert.Empty(errors);
        return store!;
    }
}
