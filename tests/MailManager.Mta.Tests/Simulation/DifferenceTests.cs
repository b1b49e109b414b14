using MailManager.Mta.Simulation;
using MailManager.Mta.Simulation.Corpus;

namespace MailManager.Mta.Tests.Simulation;

public sealed class DifferenceTests : IDisposable
{
    private const string Old = """
              - Actions: [ { Relay: { Relay: inside } } ]
        """;

    private const string New = """
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: SUBJECT }, Operator: CONTAINS, Values: [offer] }
                Actions: [ { Drop: {} } ]
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: EQUALS, Values: [amy@example.com] }
                Actions: [ { Relay: { Relay: other } } ]
              - Conditions:
                  - StringExpression: { Evaluate: { Attribute: RECIPIENT }, Operator: NOT_EQUALS, Values: [amy@example.com] }
                Actions: [ { Relay: { Relay: inside } } ]
        """;

    private readonly SimulationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Changes_are_grouped_by_old_and_new_disposition()
    {
        var samples = Enumerable.Range(0, 40).Select(i => SimulationFixture.Sample(
            i % 4 == 0 ? "Subject: offer\n\n" : "Subject: x\n\n", recipients: ["bob@example.com", "amy@example.com"]) with
        {
            Name = $"{i:00}.eml",
        });
        var progress = 0;
        var difference = await (await FinderAsync()).RunAsync(samples, () => Interlocked.Increment(ref progress), TestContext.Current.CancellationToken);

        Assert.Equal((40, 80, 40, 50), (difference.Messages, difference.Recipients, progress, difference.Changed));
        Assert.Equal(
            ["30 relay inside -> relay other", "20 relay inside -> drop"],
            difference.Changes.Select(change => $"{change.Cases.Length} {change.Old} -> {change.New}"));
        Assert.Equal(new ChangedRecipient("00.eml", "amy@example.com"), difference.Changes[1].Cases[0]);
        var text = DifferenceText.Write(difference);
        Assert.StartsWith("40 messages with 80 recipients: 50 change.", text, StringComparison.Ordinal);
        Assert.Contains("and 20 more", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_changes_between_a_configuration_and_itself()
    {
        var simulator = await _fixture.SimulatorAsync(SimulationFixture.Text(Old));
        var difference = await new DifferenceFinder(simulator, simulator).RunAsync(
            [SimulationFixture.Sample(recipients: ["bob@example.com"])], () => { }, TestContext.Current.CancellationToken);
        Assert.Empty(difference.Changes);
    }

    private async Task<DifferenceFinder> FinderAsync() =>
        new(await _fixture.SimulatorAsync(SimulationFixture.Text(Old)), await _fixture.SimulatorAsync(SimulationFixture.Text(New)));
}
