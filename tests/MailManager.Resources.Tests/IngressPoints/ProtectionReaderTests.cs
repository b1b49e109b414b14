using System.Net;
using MailManager.Resources.IngressPoints;
using static MailManager.Resources.Tests.ReadingResources;

namespace MailManager.Resources.Tests.IngressPoints;

public class ProtectionReaderTests
{
    private const string Zone = "{ Name: zen.example, Answers: [127.0.0.2, 127.0.0.3] }";
    private const string Greylisting = "{ Delay: 10m, Window: 2d, Lifetime: 40d, Exempt: [203.0.113.1, \"2001:db8::7\"] }";
    private const string Verification = "{ Relay: to-exchange, CacheTime: 8h, NegativeCacheTime: 9m, Timeout: 11s, OnFailure: ALLOW }";
    private const string Tarpit = "{ Delay: 12s, AfterErrors: 4 }";

    [Fact]
    public void Protection_becomes_records()
    {
        var protection = ReadValid(FullDocument.Yaml).IngressPoints[1].Protection;

        var lists = protection.DnsLists!;
        Assert.Equal(["zen.example", "any.example"], lists.Zones.Select(zone => zone.Name));
        Assert.Equal([IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")], lists.Zones[0].Answers);
        Assert.Empty(lists.Zones[1].Answers);
        Assert.Equal((TimeSpan.FromSeconds(4), ProtectionFailure.Defer), (lists.Timeout, lists.OnFailure));
        Assert.Equal([IPNetwork.Parse("203.0.113.0/24")], lists.Exempt);
        Assert.Equal(TimeSpan.FromSeconds(6), protection.GreetingDelay);
        var greylisting = protection.Greylisting!;
        Assert.Equal(
            (TimeSpan.FromMinutes(10), TimeSpan.FromDays(2), TimeSpan.FromDays(40)),
            (greylisting.Delay, greylisting.Window, greylisting.Lifetime));
        Assert.Equal([IPNetwork.Parse("203.0.113.1/32"), IPNetwork.Parse("2001:db8::7/128")], greylisting.Exempt);
        Assert.Equal(
            new RecipientVerificationSettings
            {
                Relay = "to-exchange",
                CacheTime = TimeSpan.FromHours(8),
                NegativeCacheTime = TimeSpan.FromMinutes(9),
                Timeout = TimeSpan.FromSeconds(11),
                OnFailure = ProtectionFailure.Allow,
            },
            protection.RecipientVerification);
        Assert.Equal(new TarpitSettings { Delay = TimeSpan.FromSeconds(12), AfterErrors = 4 }, protection.Tarpit);
    }

    [Fact]
    public void All_is_off_by_default()
    {
        var yaml = FullDocument.Yaml.Replace("    TlsPolicy: OPTIONAL", "    Protection: {}", StringComparison.Ordinal);

        Assert.Equal(new ProtectionSettings(), ReadValid(yaml).IngressPoints[0].Protection);
        Assert.Equal(new ProtectionSettings(), ReadValid(yaml).IngressPoints[2].Protection);
    }

    [Fact]
    public void Each_part_has_its_defaults()
    {
        const string Least =
            "Protection: { DnsLists: { Zones: [{ Name: zen.example }] }, Greylisting: {}, RecipientVerification: { Relay: plain }, Tarpit: {} }";
        var yaml = FullDocument.Yaml.Replace("TlsPolicy: OPTIONAL", Least, StringComparison.Ordinal);

        var protection = ReadValid(yaml).IngressPoints[0].Protection;

        var lists = protection.DnsLists!;
        Assert.Equal((TimeSpan.FromSeconds(3), ProtectionFailure.Allow), (lists.Timeout, lists.OnFailure));
        Assert.Empty(lists.Exempt);
        Assert.Null(protection.GreetingDelay);
        Assert.Equal(
            new GreylistingSettings { Delay = TimeSpan.FromMinutes(5), Window = TimeSpan.FromDays(1), Lifetime = TimeSpan.FromDays(36) },
            protection.Greylisting);
        Assert.Equal(
            new RecipientVerificationSettings
            {
                Relay = "plain",
                CacheTime = TimeSpan.FromHours(2),
                NegativeCacheTime = TimeSpan.FromMinutes(10),
                Timeout = TimeSpan.FromSeconds(20),
                OnFailure = ProtectionFailure.Defer,
            },
            protection.RecipientVerification);
        Assert.Equal(new TarpitSettings { Delay = TimeSpan.FromSeconds(5), AfterErrors = 3 }, protection.Tarpit);
    }

    [Theory]
    [InlineData(Zone, "{ Answers: [127.0.0.2] }", "DnsLists.Zones[0]: Name is missing")]
    [InlineData(Zone, "{ Name: zen_example }", "DnsLists.Zones[0].Name: 'zen_example' is not a domain name: its parts may have letters, digits and, inside, hyphens")]
    [InlineData(Zone, "{ Name: zen.example, Answers: [] }", "DnsLists.Zones[0].Answers: has 0 entries, must have 1 to 256")]
    [InlineData(Zone, "{ Name: zen.example, Answers: [192.0.2.1] }", "DnsLists.Zones[0].Answers[0]: '192.0.2.1' is not an address in 127.0.0.0/8, such as 127.0.0.2")]
    [InlineData(Zone, "{ Name: zen.example, Answers: [127.0.0.0/8] }", "DnsLists.Zones[0].Answers[0]: '127.0.0.0/8' is not an address in 127.0.0.0/8, such as 127.0.0.2")]
    [InlineData(Zone, "{ Name: zen.example, Answer: [127.0.0.2] }", "DnsLists.Zones[0]: 'Answer' is not a known key; did you mean Answers?")]
    [InlineData(Zone, "zen.example", "DnsLists.Zones[0]: must be a map, not text")]
    [InlineData("{ Name: any.example }", "{ Name: ZEN.example }", "DnsLists.Zones[1].Name: 'ZEN.example' is here twice")]
    [InlineData("Timeout: 4s", "Timeout: 31s", "DnsLists.Timeout: '31s' is not from 1s to 30s")]
    [InlineData("OnFailure: DEFER", "OnFailure: CLOSED", "DnsLists.OnFailure: 'CLOSED' is not one of ALLOW, DEFER")]
    [InlineData("Exempt: [203.0.113.0/24]", "Exempt: [203.0.113.0/23]", "DnsLists.Exempt[0]: '203.0.113.0/23' has bits set beyond its prefix; write 203.0.112.0/23 or 203.0.113.0/32")]
    [InlineData("GreetingDelay: 6s", "GreetingDelay: 61s", "GreetingDelay: '61s' is not from 1s to 1m")]
    [InlineData("GreetingDelay: 6s", "GreetDelay: 6s", ": 'GreetDelay' is not a known key; did you mean GreetingDelay?")]
    [InlineData(Greylisting, "{ Delay: 25h }", "Greylisting.Delay: '25h' is not from 1s to 1d")]
    [InlineData(Greylisting, "{ Window: 31d }", "Greylisting.Window: '31d' is not from 1m to 30d")]
    [InlineData(Greylisting, "{ Delay: 1h, Window: 1h }", "Greylisting: Window must be longer than Delay: nobody could come back in time")]
    [InlineData(Greylisting, "{ Lifetime: 367d }", "Greylisting.Lifetime: '367d' is not from 1h to 366d")]
    [InlineData(Greylisting, "{ Exempt: [a.example] }", "Greylisting.Exempt[0]: 'a.example' is not an address or a range, such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32")]
    [InlineData(Greylisting, "{ Retry: 1h }", "Greylisting: 'Retry' is not a known key; known are Delay, Window, Lifetime, Exempt")]
    [InlineData(Verification, "{}", "RecipientVerification: Relay is missing")]
    [InlineData(Verification, "{ Relay: to exchange }", "RecipientVerification.Relay: 'to exchange' does not match [a-zA-Z0-9_-]+")]
    [InlineData(Verification, "{ Relay: to-exchang }", "RecipientVerification.Relay: no relay is named 'to-exchang'; did you mean 'to-exchange'?")]
    [InlineData(Verification, "{ Relay: plain, CacheTime: 31d }", "RecipientVerification.CacheTime: '31d' is not from 1s to 30d")]
    [InlineData(Verification, "{ Relay: plain, NegativeCacheTime: 0s }", "RecipientVerification.NegativeCacheTime: '0s' is not from 1s to 30d")]
    [InlineData(Verification, "{ Relay: plain, Timeout: 6m }", "RecipientVerification.Timeout: '6m' is not from 1s to 5m")]
    [InlineData(Verification, "{ Relay: plain, OnFailure: REJECT }", "RecipientVerification.OnFailure: 'REJECT' is not one of ALLOW, DEFER")]
    [InlineData(Tarpit, "{ Delay: 2m }", "Tarpit.Delay: '2m' is not from 1s to 1m")]
    [InlineData(Tarpit, "{ AfterErrors: 0 }", "Tarpit.AfterErrors: '0' is not a whole number from 1 to 10000")]
    [InlineData(Tarpit, "{ AfterErrors: 10001 }", "Tarpit.AfterErrors: '10001' is not a whole number from 1 to 10000")]
    [InlineData(Tarpit, "5s", "Tarpit: must be a map, not text")]
    public void Members_are_checked(string from, string to, string expected) =>
        Changing(from, to, $"IngressPoints[1].Protection{(expected[0] == ':' ? "" : ".")}{expected}");

    [Fact]
    public void Lists_need_zones() =>
        Changing(
            "TlsPolicy: OPTIONAL",
            "Protection: { DnsLists: { Timeout: 3s } }",
            "IngressPoints[0].Protection.DnsLists: Zones is missing");

    [Fact]
    public void Lists_have_at_most_20_zones() =>
        Changing(
            "TlsPolicy: OPTIONAL",
            $"Protection: {{ DnsLists: {{ Zones: [{string.Join(", ", Enumerable.Range(0, 21).Select(n => $"{{ Name: z{n}.example }}"))}] }} }}",
            "IngressPoints[0].Protection.DnsLists.Zones: has 21 entries, must have 1 to 20");
}
