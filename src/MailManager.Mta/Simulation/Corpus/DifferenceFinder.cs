using System.Collections.Concurrent;

namespace MailManager.Mta.Simulation.Corpus;

/// <summary>Runs messages through two configurations, as many at a time as there are processors, and compares what they decide.</summary>
/// <param name="old">The configuration of before.</param>
/// <param name="new">The one that is to replace it.</param>
internal sealed class DifferenceFinder(Simulator old, Simulator @new)
{
    private const string NoIngressPoint = "no such ingress point";

    /// <param name="samples">Read when they are needed, so that a large corpus never is in memory at once.</param>
    /// <param name="progress">Told after each message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<Difference> RunAsync(IEnumerable<Sample> samples, Action progress, CancellationToken cancellationToken)
    {
        var changes = new ConcurrentBag<(string Old, string New, ChangedRecipient Recipient)>();
        var messages = 0;
        var recipients = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(samples, options, async (sample, _) =>
        {
            var (before, after) = (await JudgeAsync(old, sample).ConfigureAwait(false), await JudgeAsync(@new, sample).ConfigureAwait(false));
            for (var i = 0; i < before.Length; i++)
            {
                if (before[i] != after[i])
                {
                    changes.Add((before[i], after[i], new ChangedRecipient(sample.Name, sample.Envelope.Recipients[i])));
                }
            }

            Interlocked.Increment(ref messages);
            Interlocked.Add(ref recipients, before.Length);
            progress();
        }).ConfigureAwait(false);
        return new Difference(
            messages,
            recipients,
            [.. changes
                .GroupBy(change => (change.Old, change.New))
                .Select(group => new DispositionChange(
                    group.Key.Old,
                    group.Key.New,
                    [.. group.Select(change => change.Recipient).OrderBy(recipient => recipient.Message, StringComparer.Ordinal).ThenBy(recipient => recipient.Recipient, StringComparer.Ordinal)]))
                .OrderByDescending(change => change.Cases.Length)
                .ThenBy(change => change.Old, StringComparer.Ordinal)
                .ThenBy(change => change.New, StringComparer.Ordinal)]);
    }

    private static async Task<string[]> JudgeAsync(Simulator simulator, Sample sample)
    {
        if (simulator.Find(sample.IngressPoint) is null)
        {
            return Array.ConvertAll([.. sample.Envelope.Recipients], _ => NoIngressPoint);
        }

        var outcome = await simulator.RunAsync(sample).ConfigureAwait(false);
        return [.. outcome.Recipients.Select(recipient => recipient.Disposition)];
    }
}
