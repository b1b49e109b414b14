using MailManager.Mta.Simulation;
using MailManager.Mta.Tests.Hosting;

namespace MailManager.Mta.Tests.Simulation;

public sealed class SimulatorTests : IDisposable
{
    private const string Rules = """
              - Name: no-offers
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: SUBJECT }, Operator: CONTAINS, Values: [offer] }
                Actions: [ { Drop: {} } ]
              - Name: moved
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: EQUALS, Values: [old@example.com] }
                Actions: [ { ReplaceRecipient: { ReplaceWith: [ new@example.com ] } } ]
              - Name: in
                Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: NOT_EQUALS, Values: [nobody@example.com] }
                Actions: [ { Relay: { Relay: inside } } ]
        """;

    private readonly SimulationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Each_recipient_has_its_disposition()
    {
        var outcome = await RunAsync(SimulationFixture.Sample(
            recipients: ["bob@example.com", "old@example.com", "denied@example.com", "x@elsewhere.example"]));

        Assert.Equal(
            [
                "bob@example.com: relay inside", "old@example.com: relay inside to new@example.com", "denied@example.com: refuse 550 5.7.1",
                "x@elsewhere.example: fail 5.7.1",
            ],
            outcome.Recipients.Select(recipient => $"{recipient.Recipient}: {recipient.Disposition}"));
    }

    [Fact]
    public async Task A_dropped_recipient_is_answered_250()
    {
        var outcome = await RunAsync(SimulationFixture.Sample("Subject: An offer\n\n", recipients: ["bob@example.com"]));
        Assert.Equal("drop", outcome.Recipients[0].Disposition);
        Assert.Equal(250, outcome.Steps[^1].Reply.Code);
    }

    [Fact]
    public async Task A_recipient_that_nothing_is_done_for_is_refused()
    {
        var outcome = await RunAsync(SimulationFixture.Sample(recipients: ["nobody@example.com"]));
        Assert.Equal("refuse 550 5.7.1", outcome.Recipients[0].Disposition);
    }

    [Fact]
    public async Task A_message_over_the_policys_size_is_refused()
    {
        var outcome = await RunAsync(SimulationFixture.Sample("Subject: x\n\n" + new string('x', 30_000), recipients: ["bob@example.com"]));
        Assert.Equal("refuse 552 5.3.4", outcome.Recipients[0].Disposition);
    }

    /// <summary>The replies are the server's, word by word but for ids.</summary>
    [Fact]
    public async Task What_it_answers_is_what_the_gateway_answers()
    {
        await using var gateway = await Gateway.StartAsync(Rules);
        var simulator = await _fixture.SimulatorAsync(SimulationFixture.Text(Rules));
        foreach (var recipient in (string[])["bob@example.com", "old@example.com", "denied@example.com", "x@elsewhere.example", "nobody@example.com"])
        {
            var outcome = await simulator.RunAsync(SimulationFixture.Sample("Subject: x\n\nBODY\n", recipients: [recipient]));
            var real = await gateway.SendAsync("Subject: x\r\n\r\nBODY\r\n.\r\n", "ann@sender.example", recipient);
            Assert.Equal(WithoutIds(real), WithoutIds(outcome.Steps[^1].Reply.ToString()));
        }
    }

    [Fact]
    public async Task Messages_beyond_memory_blocks_are_judged_too()
    {
        var simulator = await _fixture.SimulatorAsync(SimulationFixture.Text(Rules).Replace("MaxMessageSizeBytes: 20000", "MaxMessageSizeBytes: 2000000", StringComparison.Ordinal));
        var outcome = await simulator.RunAsync(SimulationFixture.Sample("Subject: x\n\n" + string.Concat(Enumerable.Repeat("line\n", 100_000)), recipients: ["bob@example.com"]));
        Assert.Equal("relay inside", outcome.Recipients[0].Disposition);
    }

    private static string WithoutIds(string reply) =>
        System.Text.RegularExpressions.Regex.Replace(reply.Trim(), @"(ref [^)]*)|(as \S+)", "*");

    private async Task<SampleOutcome> RunAsync(Sample sample) => await (await _fixture.SimulatorAsync(SimulationFixture.Text(Rules))).RunAsync(sample);
}
