using System.Text.Json;

namespace MailManager.LoadTests.Measure;

/// <summary>What a process tree used between two moments. Sizes are KiB; peaks are of samples, so short spikes may be missed.</summary>
internal sealed record Usage
{
    public required double CpuMilliseconds { get; init; }

    /// <summary>At the end.</summary>
    public required long RssKiB { get; init; }

    /// <summary>At the end.</summary>
    public required long PssKiB { get; init; }

    /// <summary>Highest sum over the tree that was sampled.</summary>
    public required long PeakRssKiB { get; init; }

    /// <summary>Highest sum over the tree that was sampled.</summary>
    public required long PeakPssKiB { get; init; }

    /// <summary>Exact peak of the root process alone, from the kernel.</summary>
    public required long RootPeakKiB { get; init; }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteNumber("serverCpuMs", CpuMilliseconds);
        json.WriteNumber("rssKiB", RssKiB);
        json.WriteNumber("pssKiB", PssKiB);
        json.WriteNumber("peakRssKiB", PeakRssKiB);
        json.WriteNumber("peakPssKiB", PeakPssKiB);
        json.WriteNumber("rootPeakKiB", RootPeakKiB);
    }
}
