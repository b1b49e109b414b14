namespace MailManager.Resources.Tests;

public class ResourceSetReaderTests
{
    [Fact]
    public void A_full_document_has_no_errors()
    {
        var resources = ReadingResources.ReadValid(FullDocument.Yaml);

        Assert.True(resources.Identities.Covers("anyone@example.com"));
        Assert.Equal(3, resources.IngressPoints.Length);
        Assert.Equal(2, resources.Relays.Length);
    }

    [Theory]
    [InlineData(FullDocument.Yaml)]
    [InlineData(LanguageDocument.Yaml)]
    public void Json_gives_the_same_records_as_yaml(string document)
    {
        var yaml = ReadingResources.ReadValid(document);
        var json = ReadingResources.ReadValid(JsonText.FromYaml(document), "mailmanager.json");

        Assert.Equal(RecordText.Of(yaml), RecordText.Of(json));
    }

    [Fact]
    public void Names_are_unique_within_their_kind()
    {
        const string Policy = "{ TrafficPolicyName: same, DefaultAction: DENY, PolicyStatements: [] }";
        const string RuleSet = "{ RuleSetName: same, Rules: [] }";
        const string Relay = "{ RelayName: same, ServerName: mx, ServerPort: 25, Authentication: { NoAuthentication: {} } }";
        const string Secret = "{ Name: same, SecretString: { a: b } }";

        Assert.Equal(
            [
                "mailmanager.yaml:3: TrafficPolicies[1].TrafficPolicyName: another traffic policy is named 'same', on line 2",
                "mailmanager.yaml:6: RuleSets[1].RuleSetName: another rule set is named 'same', on line 5",
                "mailmanager.yaml:9: Relays[1].RelayName: another relay is named 'same', on line 8",
                "mailmanager.yaml:12: Secrets[1].Name: another secret is named 'same', on line 11",
            ],
            ReadingResources.Read(
                $"""
                TrafficPolicies:
                  - {Policy}
                  - {Policy}
                RuleSets:
                  - {RuleSet}
                  - {RuleSet}
                Relays:
                  - {Relay}
                  - {Relay}
                Secrets:
                  - {Secret}
                  - {Secret}
                """).Errors);
    }

    [Fact]
    public void Names_that_differ_in_case_are_different() =>
        Assert.Empty(ReadingResources.Read("RuleSets: [{ RuleSetName: a, Rules: [] }, { RuleSetName: A, Rules: [] }]").Errors);

    [Fact]
    public void A_missing_relay_is_reported_where_it_is_used() =>
        ReadingResources.Changing(
            "Relay: { Relay: to-exchange,",
            "Relay: { Relay: to-exchang,",
            "RuleSets[0].Rules[0].Actions[2].Relay.Relay: no relay is named 'to-exchang'; did you mean 'to-exchange'?");

    [Fact]
    public void A_reference_to_a_resource_with_errors_is_no_error_itself() =>
        ReadingResources.Changing(
            "DefaultAction: DENY", "DefaultAction: deny", "TrafficPolicies[0].DefaultAction: 'deny' is not one of ALLOW, DENY");

    [Fact]
    public void All_errors_come_at_once_in_the_order_of_the_file()
    {
        var (resources, errors) = ReadingResources.Read(
            """
            IngressPoints:
              - IngressPointName: x
                Type: OPEN
                TrafficPolicyId: nowhere
                RuleSetId: r
                Listener: [here]
            Relays:
              - RelayName: r
                ServerName: mx
                ServerPort: many
                Authentication: { SecretArn: nothing }
            RuleSets:
              - RuleSetName: r
                Rules:
                  - Actions:
                      - Relay: { Relay: R }
                      - { }
            Identities: nobody
            """);

        Assert.Null(resources);
        Assert.Equal(
            [
                "mailmanager.yaml:2: IngressPoints[0]: Listeners is missing",
                "mailmanager.yaml:2: IngressPoints[0].IngressPointName: 'x' has 1 character, must have 3 to 63",
                "mailmanager.yaml:4: IngressPoints[0].TrafficPolicyId: no traffic policy is named 'nowhere'",
                "mailmanager.yaml:6: IngressPoints[0]: 'Listener' is not a known key; did you mean Listeners?",
                "mailmanager.yaml:10: Relays[0].ServerPort: 'many' is not a whole number from 1 to 65535",
                "mailmanager.yaml:11: Relays[0].Authentication.SecretArn: no secret is named 'nothing'",
                "mailmanager.yaml:16: RuleSets[0].Rules[0].Actions[0].Relay.Relay: no relay is named 'R'; did you mean 'r'?",
                "mailmanager.yaml:17: RuleSets[0].Rules[0].Actions[1]: must have exactly one of Drop, Relay, Archive, WriteToS3, Send,"
                    + " AddHeader, ReplaceRecipient, DeliverToMailbox, DeliverToQBusiness, PublishToSns, Bounce, InvokeLambda, SetHeader, RemoveHeader, Reject; got none",
                "mailmanager.yaml:18: Identities: must be a list, not text",
            ],
            errors);
    }

    [Fact]
    public void A_flood_of_errors_is_cut()
    {
        var (_, errors) = ReadingResources.Read("Identities: [" + string.Join(", ", Enumerable.Repeat("'?'", 3000)) + "]");

        Assert.Equal(1001, errors.Length);
        Assert.EndsWith("2000 further errors are not shown", errors[^1], StringComparison.Ordinal);
    }
}
