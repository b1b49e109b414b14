using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.RuleTests;

namespace MailManager.Mta.Simulation.Corpus;

/// <summary>Reads the envelope beside a message: the keys of a rule test's <c>Envelope</c>, and <c>IngressPoint</c>.</summary>
internal static class SampleEnvelopeFile
{
    /// <summary>The envelope, or why there is none. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    /// <param name="path">JSON if it ends in <c>.json</c>, else YAML.</param>
    public static (SampleEnvelope? Envelope, ImmutableArray<DocumentError> Errors) Read(string path)
    {
        var context = new ReadContext();
        var root = DocumentReader.Read(File.ReadAllBytes(path), path, DocumentReader.FormatOf(path), context.Errors);
        var envelope = root is null ? null : Read(new DocumentValue(root, DocumentPath.Root, context));
        return (context.Errors.Count == 0 ? envelope : null, context.Errors.InFileOrder());
    }

    private static SampleEnvelope? Read(DocumentValue value)
    {
        if (value.Map(["IngressPoint", .. TestEnvelopeReader.Keys]) is not { } map)
        {
            return null;
        }

        var ingressPoint = map.OptionalText("IngressPoint", TextRule.NotEmpty);
        return TestEnvelopeReader.Read(map) is { } envelope ? new SampleEnvelope(ingressPoint, envelope) : null;
    }
}
