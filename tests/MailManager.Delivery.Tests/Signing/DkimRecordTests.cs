using MailManager.Delivery.Signing;

namespace MailManager.Delivery.Tests.Signing;

public sealed class DkimRecordTests
{
    private static readonly SigningKey Key = SigningKey.Create(TestKeys.Ed25519Key);

    private static readonly string Public = Convert.ToBase64String(Key.PublicKey);

    [Theory]
    [InlineData("v=DKIM1; k=ed25519; p=PUBLIC", null)]
    [InlineData(" k = ed25519 ; h=sha1:sha256; s=email; p=PUBLIC;", null)]
    [InlineData("v=DKIM1; p=PUBLIC", "it is for a key of type rsa, but the key here is of type ed25519")]
    [InlineData("v=DKIM1; k=ed25519; p=AAAA", "its public key (p=) is not the one of the key here")]
    [InlineData("v=DKIM1; k=ed25519; p=", "its key is revoked (p= is empty)")]
    [InlineData("v=DKIM1; k=ed25519", "it has no public key (p=)")]
    [InlineData("v=DKIM2; k=ed25519; p=PUBLIC", "its version (v=) is not DKIM1")]
    [InlineData("v=DKIM1; k=ed25519; h=sha1; p=PUBLIC", "it does not allow SHA-256 (h=)")]
    [InlineData("v=DKIM1; k=ed25519; s=tlsrpt; p=PUBLIC", "it is not for mail (s=)")]
    [InlineData("v=DKIM1; k=ed25519; t=s:y; p=PUBLIC", "it says that the domain is testing (t=y), so that verifiers may ignore signatures")]
    [InlineData("something else", "it is not a list of tags")]
    public void A_record_fits_its_key_or_it_is_said_why_not(string record, string? expected) =>
        Assert.Equal(expected, DkimRecord.ProblemWith([record.Replace("PUBLIC", Public, StringComparison.Ordinal)], Key));

    [Fact]
    public void What_is_to_be_published_fits_in_short_strings()
    {
        var rsa = SigningKey.Create(TestKeys.RsaKey);
        var text = DkimRecord.Text(rsa);
        Assert.Null(DkimRecord.ProblemWith([text], rsa));
        Assert.Equal("there are 2 TXT records, and there must be one", DkimRecord.ProblemWith([text, text], rsa));

        var strings = DkimRecord.Quoted(text).Trim('"').Split("\" \"");
        Assert.Equal(text, string.Concat(strings));
        Assert.Equal(2, strings.Length);
        Assert.All(strings, part => Assert.InRange(part.Length, 1, 255));
    }
}
