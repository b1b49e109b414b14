using MailManager.Resources.RuleTests;
using MimeKit;

namespace MailManager.Mta.Simulation.Corpus;

/// <summary>
/// The messages of a folder and of those below it: <c>NAME.eml</c>, each with its envelope in <c>NAME.envelope.yaml</c> or <c>NAME.envelope.json</c>
/// beside it, or guessed from its header.
/// </summary>
/// <param name="directory">Must exist.</param>
/// <param name="ingressPoint">For messages whose envelope names none.</param>
internal sealed class CorpusReader(string directory, string ingressPoint)
{
    private static readonly string[] SidecarEnds = [".envelope.yaml", ".envelope.json"];

    /// <summary>Files, in the order of their names.</summary>
    public IReadOnlyList<string> Files { get; } =
        [.. Directory.EnumerateFiles(directory, "*.eml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Reads one after the other. Those that cannot be read are skipped and reported.</summary>
    /// <param name="report">Told of each file that is skipped, in one line.</param>
    public IEnumerable<Sample> Read(Action<string> report)
    {
        foreach (var file in Files)
        {
            if (TryRead(file, report) is { } sample)
            {
                yield return sample;
            }
        }
    }

    private Sample? TryRead(string file, Action<string> report)
    {
        var name = Path.GetRelativePath(directory, file);
        try
        {
            var message = MessageFile.Read(file);
            if (Sidecar(file) is { } sidecar)
            {
                var (envelope, errors) = SampleEnvelopeFile.Read(sidecar);
                if (envelope is null)
                {
                    report(string.Join(Environment.NewLine, errors));
                    return null;
                }

                return new Sample(name, envelope.IngressPoint ?? ingressPoint, envelope.Envelope, message);
            }

            if (HeaderEnvelope.Guess(Header(message)) is { } guess)
            {
                return new Sample(name, ingressPoint, guess, message);
            }

            report($"{name}: skipped, neither an envelope file nor the header names a recipient");
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            report($"{name}: skipped, {fault.Message}");
            return null;
        }
    }

    private static string? Sidecar(string file) =>
        SidecarEnds.Select(end => Path.ChangeExtension(file, null) + end).FirstOrDefault(File.Exists);

    private static HeaderList Header(byte[] message)
    {
        using var stream = new MemoryStream(message, writable: false);
        return new MimeParser(stream, MimeFormat.Entity).ParseHeaders();
    }
}

/// <summary>What an envelope file says.</summary>
/// <param name="IngressPoint">Null when it names none.</param>
/// <param name="Envelope">Session and envelope.</param>
internal sealed record SampleEnvelope(string? IngressPoint, TestEnvelope Envelope);
