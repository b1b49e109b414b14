using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using MailManager.Mta.Tls;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Tls;

public sealed class ClientCertificateReaderTests : IDisposable
{
    private readonly TestAuthority _root = TestAuthority.CreateRoot();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void All_kinds_of_names_are_read()
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            names.WriteCharacterString(UniversalTagNumber.IA5String, "a@x.example", Tag(1));
            names.WriteCharacterString(UniversalTagNumber.IA5String, "b@x.example", Tag(1));
            names.WriteCharacterString(UniversalTagNumber.IA5String, "one.example", Tag(2));
            using (names.PushSequence(Tag(4)))
            {
                names.WriteEncodedValue(new X500DistinguishedName("CN=device, O=Example").RawData);
            }

            names.WriteCharacterString(UniversalTagNumber.IA5String, "urn:device:1", Tag(6));
            names.WriteOctetString([192, 0, 2, 1], Tag(7));
            names.WriteOctetString([0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], Tag(7));
            names.WriteObjectIdentifier("1.2.3.4", Tag(8));

            // otherName, which no rule can ask for.
            using (names.PushSequence(Tag(0)))
            {
                names.WriteObjectIdentifier("1.2.3");
            }
        }

        var read = ClientCertificateReader.Read(_root.Issue(new TestSubject { CommonName = "device", Names = names.Encode(), Serial = [0, 0xA1, 2] }), out var problem);

        Assert.Null(problem);
        Assert.Equal(["device"], read.CommonNames);
        Assert.Equal("A102", read.SerialNumber);
        Assert.Equal(["a@x.example", "b@x.example"], read.Rfc822Names);
        Assert.Equal(["one.example"], read.DnsNames);
        Assert.Equal(["CN=device, O=Example"], read.DirectoryNames);
        Assert.Equal(["urn:device:1"], read.UniformResourceIdentifiers);
        Assert.Equal(["192.0.2.1", "2001:db8::1"], read.IpAddresses);
        Assert.Equal(["1.2.3.4"], read.RegisteredIds);
    }

    [Fact]
    public void All_common_names_are_read_in_whatever_string_type()
    {
        var subject = new AsnWriter(AsnEncodingRules.DER);
        using (subject.PushSequence())
        {
            foreach (var (type, value) in new[] { (UniversalTagNumber.UTF8String, "Gerät"), (UniversalTagNumber.PrintableString, "b"), (UniversalTagNumber.BMPString, "ü") })
            {
                using (subject.PushSetOf())
                using (subject.PushSequence())
                {
                    subject.WriteObjectIdentifier("2.5.4.3");
                    subject.WriteCharacterString(type, value);
                }
            }
        }

        var read = ClientCertificateReader.Read(_root.Issue(new TestSubject { Subject = new X500DistinguishedName(subject.Encode()) }), out var problem);

        Assert.Null(problem);
        Assert.Equal(["Gerät", "b", "ü"], read.CommonNames);
    }

    [Fact]
    public void A_value_with_a_control_character_is_left_out_and_named_a_problem()
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            names.WriteCharacterString(UniversalTagNumber.IA5String, "good.example\0", Tag(2));
            names.WriteCharacterString(UniversalTagNumber.IA5String, "fine.example", Tag(2));
        }

        var read = ClientCertificateReader.Read(_root.Issue(new TestSubject { Names = names.Encode() }), out var problem);

        Assert.Equal(["fine.example"], read.DnsNames);
        Assert.NotNull(problem);
    }

    [Fact]
    public void Any_octets_in_place_of_the_names_are_read_or_a_problem() =>
        Gen.OneOf(
            Gen.Byte.Array[0, 60],
            Gen.Select(Gen.Int[0, 10], Gen.Byte.Array[0, 20]).Array[0, 4].Select(parts =>
            {
                byte[] inner = [.. parts.SelectMany(part => (byte[])[(byte)(0x80 | part.Item1 | (part.Item1 is 0 or 4 ? 0x20 : 0)), (byte)part.Item2.Length, .. part.Item2])];
                return (byte[])[0x30, (byte)inner.Length, .. inner];
            }))
            .Sample(
                names =>
                {
                    var read = ClientCertificateReader.Read(_root.Issue(new TestSubject { Names = names }), out _);
                    Assert.DoesNotContain(read.DnsNames.Concat(read.Rfc822Names).Concat(read.DirectoryNames), value => value.Any(char.IsControl));
                },
                iter: 200);

    private static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number);
}
