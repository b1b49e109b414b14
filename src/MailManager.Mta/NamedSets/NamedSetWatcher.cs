using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.NamedSets;

/// <summary>
/// Looks every few seconds whether the files of named sets have changed, and reads those that have, one set after the other, in the background. What does not load
/// leaves the set as it was. Meter <c>MailManager.NamedSets</c> tells how many entries are in force and how far a reading is.
/// </summary>
internal sealed partial class NamedSetWatcher : IAsyncDisposable
{
    /// <summary>Between two looks at the files.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger;
    private readonly Meter _meter = new("MailManager.NamedSets");
    private readonly CancellationTokenSource _stop = new();
    private readonly PeriodicTimer _timer;
    private readonly Task _running;
    private ImmutableArray<IWatchedSet> _sets;

    public NamedSetWatcher(ImmutableArray<IWatchedSet> sets, TimeProvider time, ILogger<NamedSetWatcher> logger)
    {
        _sets = sets;
        _logger = logger;
        _meter.CreateObservableGauge("mailmanager.named_sets.entries", () => Measure(set => set.Count), "{entry}", "Entries in force of sets that are read from files");
        _meter.CreateObservableGauge(
            "mailmanager.named_sets.reading", () => Measure(set => set.Progress is { } progress ? (double)progress.Octets / Math.Max(1, progress.TotalOctets) : 1), "1",
            "How far a set's files have been read; 1 when nothing is being read");
        _timer = new PeriodicTimer(PollInterval, time);
        _running = RunAsync();
    }

    /// <summary>Watches the sets of another configuration from now on.</summary>
    public void Watch(ImmutableArray<IWatchedSet> sets) => ImmutableInterlocked.InterlockedExchange(ref _sets, sets);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _timer.Dispose();
        _meter.Dispose();
        _stop.Dispose();
    }

    /// <summary>Looks at all files once.</summary>
    internal async Task LookAsync()
    {
        foreach (var set in _sets)
        {
            if (set.HasChanged)
            {
                await ReadAsync(set).ConfigureAwait(false);
            }
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                await LookAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping; a set that was being read stays what it was.
        }
    }

    private async Task ReadAsync(IWatchedSet set)
    {
        LogReading(set.Kind, set.Name);
        var load = await set.LoadAsync(_stop.Token).ConfigureAwait(false);
        if (load.Error is { } error)
        {
            LogNotRead(set.Kind, set.Name, error);
            return;
        }

        foreach (var notice in load.Notices)
        {
            LogLeftOut(set.Name, notice);
        }

        LogRead(set.Kind, set.Name, set.Count);
    }

    private IEnumerable<Measurement<T>> Measure<T>(Func<IWatchedSet, T> value)
        where T : struct =>
        _sets.Select(set => new Measurement<T>(value(set), new("kind", set.Kind), new("set", set.Name)));

    [LoggerMessage(6200, LogLevel.Information, "{Kind} {Name}: its files have changed and are being read")]
    private partial void LogReading(string kind, string name);

    [LoggerMessage(6201, LogLevel.Information, "{Kind} {Name}: {Count} entries are in force")]
    private partial void LogRead(string kind, string name, int count);

    [LoggerMessage(6202, LogLevel.Error, "{Kind} {Name} stays what it was: {Reason}")]
    private partial void LogNotRead(string kind, string name, string reason);

    [LoggerMessage(6203, LogLevel.Warning, "Address list {Name}: left out {Item}")]
    private partial void LogLeftOut(string name, string item);
}
