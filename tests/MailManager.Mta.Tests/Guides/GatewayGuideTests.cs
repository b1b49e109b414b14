using System.Net;
using System.Text.Json;
using MailManager.Delivery.Egress;
using MailManager.Mta.Checks;
using MailManager.Mta.Guides;
using MailManager.Mta.Hosting;
using MailManager.Mta.Tests.Hosting;
using MailManager.TestKit;

namespace MailManager.Mta.Tests.Guides;

/// <summary>Guides name this installation's addresses, their configurations can be used, and the documentation says the same.</summary>
public class GatewayGuideTests
{
    private static readonly GuideFacts Facts = new("mx.example.com", "example.com", ["192.0.2.10", "192.0.2.128/25"]);

    public static TheoryData<string> Providers { get; } = ["google-workspace", "microsoft-365"];

    [Theory]
    [MemberData(nameof(Providers))]
    public void The_documentation_says_what_the_command_says(string provider)
    {
        var document = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", $"gateway-{provider}.md"));
        Assert.EndsWith(GuideText.Write(Guide(provider, Facts)), document, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task The_configuration_has_neither_errors_nor_warnings(string provider)
    {
        var directory = Directory.CreateTempSubdirectory("guide-");
        try
        {
            foreach (var facts in new[] { Facts, Facts with { EgressAddresses = [] }, Facts with { EgressAddresses = ["2001:db8::1"] } })
            {
                var loaded = Gateway.Load(Guide(provider, facts).Steps[0].Code!, directory.FullName);
                var (ready, errors) = await CheckedConfiguration.MakeAsync(loaded, TimeProvider.System);
                Assert.Empty(errors);
                Assert.DoesNotContain(ConfigurationLint.Run(ready!.Loaded, ready.IngressPoints), finding => finding.Kind.Severity != FindingSeverity.Info);
                Assert.Equal(facts.EgressAddresses, EgressAddresses.Find(loaded.DeliverySettings.EgressAddresses, [], []));
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void All_names_and_addresses_are_those_of_the_installation(string provider)
    {
        var text = GuideText.Write(Guide(provider, new GuideFacts("gate.acme.test", "acme.test", ["198.51.100.7"])));
        Assert.DoesNotContain("example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("192.0.2", text, StringComparison.Ordinal);
        Assert.Contains("198.51.100.7", text, StringComparison.Ordinal);
        Assert.Contains("Make gate.acme.test the only MX of acme.test", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Microsoft_names_its_servers_after_the_domain() =>
        Assert.Contains("ServerName: mail-acme-test.mail.protection.outlook.com", Microsoft365Guide.Write(Facts with { Domain = "mail.acme.test" }).Steps[0].Code, StringComparison.Ordinal);

    [Fact]
    public void Where_addresses_are_not_known_it_says_so()
    {
        var facts = Facts with { EgressAddresses = [] };
        Assert.Contains("Delivery.EgressAddresses", facts.Unknown, StringComparison.Ordinal);
        Assert.Contains("Gateway IPs: add YOUR-EGRESS-ADDRESS.", GuideText.Write(GoogleWorkspaceGuide.Write(facts)), StringComparison.Ordinal);
        Assert.Null(Facts.Unknown);
    }

    [Fact]
    public void What_is_configured_counts_before_the_machines_own_public_addresses()
    {
        IPAddress[] own = [IPAddress.Loopback, IPAddress.Parse("10.0.0.1"), IPAddress.Parse("192.0.66.9"), IPAddress.Parse("fe80::1%1"), IPAddress.Parse("2600::1")];
        Assert.Equal(["192.0.66.9", "2600::1"], EgressAddresses.Find([], [], own));
        Assert.Equal(["203.0.113.0/24", "203.0.114.1"], EgressAddresses.Find([IPNetwork.Parse("203.0.113.0/24"), IPNetwork.Parse("203.0.114.1/32")], [], own));
    }

    [Fact]
    public void Public_addresses_of_egress_sources_count_before_the_machines_own()
    {
        IPAddress[] own = [IPAddress.Parse("192.0.66.9")];
        EgressSource[] sources =
        [
            new() { Name = "both", IPv4 = IPAddress.Parse("192.0.66.20"), IPv6 = IPAddress.Parse("2600::20") }, new() { Name = "inside", IPv4 = IPAddress.Parse("10.0.0.1") },
        ];
        Assert.Equal(["192.0.66.20", "2600::20"], EgressAddresses.Find([], sources, own));
        Assert.Equal(["192.0.66.9"], EgressAddresses.Find([], sources[1..], own));
        Assert.Equal(["203.0.113.0/24"], EgressAddresses.Find([IPNetwork.Parse("203.0.113.0/24")], sources, own));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public void Json_holds_the_same_steps(string provider)
    {
        var guide = Guide(provider, Facts);
        using var json = JsonDocument.Parse(GuideJson.Write(guide, Facts));
        var steps = json.RootElement.GetProperty("steps").EnumerateArray().ToArray();
        Assert.Equal(guide.Steps.Select(step => step.Title), steps.Select(step => step.GetProperty("title").GetString()));
        Assert.Equal(guide.Steps[0].Code, steps[0].GetProperty("yaml").GetString());
        Assert.Equal(Facts.EgressAddresses, json.RootElement.GetProperty("egressAddresses").EnumerateArray().Select(address => address.GetString()!));
    }

    private static GatewayGuide Guide(string provider, GuideFacts facts) => provider == "google-workspace" ? GoogleWorkspaceGuide.Write(facts) : Microsoft365Guide.Write(facts);
}
