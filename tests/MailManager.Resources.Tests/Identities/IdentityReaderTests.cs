using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.Identities;

public class IdentityReaderTests
{
    [Theory]
    [InlineData("example.com", "any.one@example.com")]
    [InlineData("localhost", "root@localhost")]
    [InlineData("xn--bcher-kva.example", "a@xn--bcher-kva.example")]
    [InlineData("3com.com", "a@3COM.com")]
    [InlineData("o'brien+x@example.com", "o'brien+x@example.com")]
    public void Domains_and_addresses_are_identities(string identity, string covered) =>
        Assert.True(ReadValid($"Identities: [\"{identity}\"]").Identities.Covers(covered));

    [Theory]
    [InlineData("bücher.example", "'bücher.example' has letters that are not ASCII; write its A-label form, which starts with xn--")]
    [InlineData("a@bücher.example", "'bücher.example' has letters that are not ASCII; write its A-label form, which starts with xn--")]
    [InlineData("", "'' is not a domain name: it has 0 characters, must have 1 to 253")]
    [InlineData("example.com.", "'example.com.' is not a domain name: each part between dots must have 1 to 63 characters")]
    [InlineData("a..b", "'a..b' is not a domain name: each part between dots must have 1 to 63 characters")]
    [InlineData("-a.example", "'-a.example' is not a domain name: its parts may have letters, digits and, inside, hyphens")]
    [InlineData("a_b.example", "'a_b.example' is not a domain name: its parts may have letters, digits and, inside, hyphens")]
    [InlineData("*.example.com", "'*.example.com' is not a domain name: its parts may have letters, digits and, inside, hyphens")]
    [InlineData("192.0.2.1", "'192.0.2.1' is not a domain name: its last part is a number")]
    [InlineData("@example.com", "'@example.com' has nothing before '@'; a domain is written without '@'")]
    [InlineData("a b@example.com", "'a b@example.com' is not an address: before '@' may be letters, digits, !#$%&'*+-/=?^_`{|}~ and, inside, single dots")]
    [InlineData("a..b@example.com", "'a..b@example.com' is not an address: before '@' may be letters, digits, !#$%&'*+-/=?^_`{|}~ and, inside, single dots")]
    [InlineData("a@", "'' is not a domain name: it has 0 characters, must have 1 to 253")]
    public void Others_are_refused(string identity, string expected) =>
        Assert.Equal([$"mailmanager.yaml:2: Identities[0]: {expected}"], Read($"Identities:\n - \"{identity}\"\n").Errors);

    [Fact]
    public void Long_local_parts_are_refused()
    {
        var address = new string('a', 65) + "@example.com";

        Assert.Equal(
            [$"mailmanager.yaml:1: Identities[0]: '{address}' is too long: an address has at most 254 characters, 64 of them before '@'"],
            Read($"Identities: [{address}]").Errors);
    }

    [Fact]
    public void A_label_has_63_characters_at_most()
    {
        Assert.Empty(Read($"Identities: [{new string('a', 63)}.example]").Errors);
        Assert.Single(Read($"Identities: [{new string('a', 64)}.example]").Errors);
    }
}
