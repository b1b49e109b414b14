namespace MailManager.Mta.Tests.Simulation;

/// <summary>The tests that a configuration brings along.</summary>
public sealed class RuleTestTests : IDisposable
{
    private const string Rules = """
              - Name: in
                Actions: [ { Relay: { Relay: inside } } ]
        """;

    private readonly SimulationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task A_configuration_that_passes_its_tests_is_taken()
    {
        var (configuration, errors) = await _fixture.TryCheckAsync(SimulationFixture.Text(Rules, Test("relay inside")));
        Assert.Empty(errors);
        Assert.NotNull(configuration);
    }

    [Fact]
    public async Task One_that_fails_a_test_is_refused_with_its_place_and_both_dispositions()
    {
        var (configuration, errors) = await _fixture.TryCheckAsync(SimulationFixture.Text(Rules, Test("relay other")));
        Assert.Null(configuration);
        var error = Assert.Single(errors);
        Assert.Contains("Tests[0].Expect[0]: test 'to the inside' fails: for 'bob@example.com' expected 'relay other', got 'relay inside'", error, StringComparison.Ordinal);
        Assert.Matches(@"^test\.yaml:\d+: ", error);
    }

    [Fact]
    public async Task A_recipient_that_is_not_in_the_envelope_is_an_error()
    {
        var (_, errors) = await _fixture.TryCheckAsync(SimulationFixture.Text(Rules, Test("relay inside").Replace("Recipient: bob@", "Recipient: eve@", StringComparison.Ordinal)));
        Assert.Contains("'eve@example.com'", Assert.Single(errors), StringComparison.Ordinal);
    }

    private static string Test(string disposition) => $$"""
        Tests:
          - Name: to the inside
            IngressPoint: front-door
            Envelope: { MailFrom: ann@sender.example, Recipients: [ bob@example.com ] }
            Headers: { Subject: Hello }
            Expect:
              - { Recipient: bob@example.com, Disposition: {{disposition}} }
        """;
}
