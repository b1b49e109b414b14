using System.Text.Json;
using MailManager.LoadTests.Measure;

namespace MailManager.LoadTests.Load;

/// <summary>What a load run found, for people and for programs. Driver and server CPU are apart: they share the machine.</summary>
internal sealed record LoadReport
{
    public required LoadResult Result { get; init; }

    public required long StartedUnixMilliseconds { get; init; }

    /// <summary>From the start to the last 250 after a final dot.</summary>
    public required TimeSpan Elapsed { get; init; }

    public required TimeSpan DriverCpu { get; init; }

    /// <summary>Null without a server process to look at.</summary>
    public required Usage? Server { get; init; }

    private double PerSecond => Result.Accepted / Math.Max(Elapsed.TotalSeconds, 1e-6);

    private double DriverCpuPerMessage => DriverCpu.TotalMilliseconds / Math.Max(Result.Accepted, 1);

    public void Print(TextWriter output)
    {
        output.WriteLine(
            $"accepted {Result.Accepted} failed {Result.Failed} in {Elapsed.TotalSeconds:F3} s = {PerSecond:F0}/s, "
            + $"{Result.Octets / 1048576.0 / Math.Max(Elapsed.TotalSeconds, 1e-6):F1} MiB/s, {Result.Connections} connections");
        output.WriteLine($"driver CPU {DriverCpuPerMessage:F3} ms/message");
        if (Server is { } server)
        {
            output.WriteLine(
                $"server CPU {server.CpuMilliseconds / Math.Max(Result.Accepted, 1):F3} ms/message, "
                + $"RSS {server.RssKiB / 1024.0:F1} MiB, peak {server.PeakRssKiB / 1024.0:F1} MiB (highest of root {server.RootPeakKiB / 1024.0:F1}), "
                + $"PSS {server.PssKiB / 1024.0:F1} MiB");
        }

        output.WriteLine($"{"phase, ms",-10}{"count",10}{"p50",10}{"p90",10}{"p99",10}{"max",10}");
        foreach (var phase in Enum.GetValues<Phase>())
        {
            var histogram = Result[phase];
            if (histogram.TotalCount > 0)
            {
                output.WriteLine(
                    $"{phase,-10}{histogram.TotalCount,10}{Milliseconds(phase, 50),10:F3}{Milliseconds(phase, 90),10:F3}"
                    + $"{Milliseconds(phase, 99),10:F3}{Milliseconds(phase, 100),10:F3}");
            }
        }

        foreach (var (what, count) in Result.Errors)
        {
            output.WriteLine($"error {what}: {count}");
        }
    }

    public void WriteJson(string path)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("startedUnixMs", StartedUnixMilliseconds);
        json.WriteNumber("elapsedMs", Elapsed.TotalMilliseconds);
        json.WriteNumber("accepted", Result.Accepted);
        json.WriteNumber("failed", Result.Failed);
        json.WriteNumber("acceptedPerSecond", PerSecond);
        json.WriteNumber("octets", Result.Octets);
        json.WriteNumber("connections", Result.Connections);
        json.WriteNumber("driverCpuMsPerMessage", DriverCpuPerMessage);
        if (Server is { } server)
        {
            json.WriteNumber("serverCpuMsPerMessage", server.CpuMilliseconds / Math.Max(Result.Accepted, 1));
            server.WriteTo(json);
        }

        json.WriteStartObject("latencyMs");
        foreach (var phase in Enum.GetValues<Phase>())
        {
            json.WriteStartObject(phase.ToString());
            json.WriteNumber("count", Result[phase].TotalCount);
            if (Result[phase].TotalCount > 0)
            {
                json.WriteNumber("p50", Milliseconds(phase, 50));
                json.WriteNumber("p90", Milliseconds(phase, 90));
                json.WriteNumber("p99", Milliseconds(phase, 99));
                json.WriteNumber("max", Milliseconds(phase, 100));
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("errors");
        foreach (var (what, count) in Result.Errors)
        {
            json.WriteNumber(what, count);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private double Milliseconds(Phase phase, double percentile) => Result[phase].GetValueAtPercentile(percentile) / 1000.0;
}
