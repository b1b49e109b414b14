using System.Net;
using System.Text;
using MailManager.Delivery.Egress;
using MailManager.Mta.Checks;
using MailManager.Mta.Configuration;
using MailManager.Mta.Tests.Checks;
using MailManager.Resources.RuleSets;

namespace MailManager.Mta.Tests.Configuration;

/// <summary>Egress sources and pools in the configuration file, and what <c>check</c> says of them.</summary>
public class EgressSettingsTests
{
    private const string Sample = """
        RuleSets:
          - RuleSetName: rules
            Rules:
              - Actions:
                  - Relay: { Relay: inside, EgressPool: one }
                  - Send: { RoleArn: "arn:aws:iam::123456789012:role/x", EgressPool: bulk }
        Relays:
          - { RelayName: inside, ServerName: 127.0.0.1, ServerPort: 25, Authentication: { NoAuthentication: {} }, EgressPool: two }
        Delivery:
          EgressPools:
            - { Name: bulk, Sources: [ { Source: one, Weight: 3 }, { Source: two } ] }
          EgressSources:
            - { Name: one, Address: 127.0.0.2, Hostname: one.example.com }
            - { Name: two, Addresses: [ "::1", 127.0.0.3 ] }
          Destinations:
            - { Match: [ "mx:*" ], EgressPool: bulk }
        """;

    [Fact]
    public void Sources_and_pools_are_read_with_all_that_names_them()
    {
        var loaded = Load(Sample).Configuration!;

        var one = new EgressSource { Name = "one", IPv4 = IPAddress.Parse("127.0.0.2"), Hostname = "one.example.com" };
        var two = new EgressSource { Name = "two", IPv4 = IPAddress.Parse("127.0.0.3"), IPv6 = IPAddress.IPv6Loopback };
        var egress = loaded.DeliverySettings.Egress;
        Assert.Equal([one, two], egress.Sources);
        Assert.Equal([new EgressPoolMember(one, 3), new EgressPoolMember(two, 1)], Assert.Single(egress.Pools).Members);
        Assert.Equal("bulk", loaded.DeliverySettings.Destinations.Single().EgressPool);
        Assert.Equal("two", loaded.ResourceSet.Relays.Single().EgressPool);
        var actions = loaded.ResourceSet.RuleSets.Single().Rules.Single().Actions;
        Assert.Equal(("one", "bulk"), (((RuleAction.Relay)actions[0]).EgressPool, ((RuleAction.Send)actions[1]).EgressPool));
    }

    [Theory]
    [InlineData("Address: 127.0.0.2", "Address: 127.0.0.2/32", "Delivery.EgressSources[0].Address: '127.0.0.2/32' is not an address such as 192.0.2.1 or 2001:db8::1")]
    [InlineData("Address: 127.0.0.2", "Address: 0.0.0.0", "Delivery.EgressSources[0].Address: 0.0.0.0 is no address that mail can leave from")]
    [InlineData("Address: 127.0.0.2, ", "", "Delivery.EgressSources[0]: must have either Address or Addresses")]
    [InlineData("Address: 127.0.0.2, ", "Address: 127.0.0.2, Addresses: [ 127.0.0.2 ], ", "Delivery.EgressSources[0]: must have either Address or Addresses")]
    [InlineData("\"::1\", 127.0.0.3", "127.0.0.4, 127.0.0.3", "Delivery.EgressSources[1].Addresses: has two addresses of one kind; one IPv4 and one IPv6 address can be given, for others make further sources")]
    [InlineData("one.example.com", "one_example", "Delivery.EgressSources[0].Hostname: 'one_example' is not a domain name: its parts may have letters, digits and, inside, hyphens")]
    [InlineData("Weight: 3", "Weight: 0", "Delivery.EgressPools[0].Sources[0].Weight: '0' is not a whole number from 1 to 65535")]
    [InlineData("{ Source: two }", "{ Source: three }", "Delivery.EgressPools[0].Sources[1].Source: no egress source is named 'three'")]
    [InlineData("{ Source: two }", "{ Source: bulk }", "Delivery.EgressPools[0].Sources[1].Source: no egress source is named 'bulk'")]
    [InlineData("{ Source: two }", "{ Source: one }", "Delivery.EgressPools[0].Sources: has the source 'one' more than once; give it a Weight")]
    [InlineData("Relay: inside, EgressPool: one", "Relay: inside, EgressPool: on", "RuleSets[0].Rules[0].Actions[0].Relay.EgressPool: no egress source or pool is named 'on'; did you mean 'one'?")]
    [InlineData("role/x\", EgressPool: bulk", "role/x\", EgressPool: x", "RuleSets[0].Rules[0].Actions[1].Send.EgressPool: no egress source or pool is named 'x'")]
    [InlineData("EgressPool: two }", "EgressPool: six-feet }", "Relays[0].EgressPool: no egress source or pool is named 'six-feet'")]
    [InlineData("\"mx:*\" ], EgressPool: bulk", "\"mx:*\" ], EgressPool: six-feet", "Delivery.Destinations[0].EgressPool: no egress source or pool is named 'six-feet'")]
    public void Mistakes_are_named(string from, string to, string expected) =>
        Assert.Equal([expected], Load(Sample.Replace(from, to, StringComparison.Ordinal)).Errors.Select(error => error.ToString().Split(": ", 2)[1]));

    [Fact]
    public void A_name_is_given_once_among_sources_and_pools()
    {
        const string Text = """
            Delivery:
              EgressSources: [ { Name: a, Address: 127.0.0.2 } ]
              EgressPools: [ { Name: a, Sources: [ { Source: a } ] } ]
            """;
        Assert.Equal("another egress source or pool is named 'a', on line 3", Assert.Single(Load(Text).Errors).ToString().Split(": ", 3)[2]);
    }

    [Fact]
    public void Check_warns_of_addresses_that_are_not_the_machines_and_of_names_that_nothing_uses()
    {
        var loaded = Load("""
            Delivery:
              EgressSources:
                - { Name: here, Address: 127.0.0.2 }
                - { Name: elsewhere, Addresses: [ 127.0.0.3, "2001:db8::77" ] }
              EgressPools:
                - { Name: used, Sources: [ { Source: here } ] }
                - { Name: unused, Sources: [ { Source: here } ] }
              Destinations:
                - { Match: [ "mx:*" ], EgressPool: used }
            """).Configuration!;

        var findings = ConfigurationLint.Run(loaded, Lint.Build(loaded));

        Assert.Equal(
            [
                ("MM010", "Delivery.EgressSources[1]", "nothing uses the egress source 'elsewhere'"),
                ("MM040", "Delivery.EgressSources[1]", "2001:db8::77 is not an address of this machine; while it is not, mail that is to leave from 'elsewhere' over IPv6 waits"),
                ("MM010", "Delivery.EgressPools[1]", "nothing uses the egress pool 'unused'"),
            ],
            findings.Select(finding => (finding.Kind.Code, finding.Path, finding.Message)));
    }

    private static ConfigurationResult Load(string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes("Node: { Hostname: mx.example.com, DataDirectory: ./data }\n" + text));
        return ConfigurationFile.Load(content, "sample.yaml");
    }
}
