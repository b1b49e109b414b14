using System.Collections.Immutable;
using MailManager.Resources;
using MailManager.Resources.Documents;

namespace MailManager.Mta.Configuration;

/// <summary>A configuration, or why there is none.</summary>
/// <param name="Configuration">Null exactly when there are errors.</param>
/// <param name="Errors">In the order of the file; each prints itself as one line.</param>
public sealed record ConfigurationResult(LoadedConfiguration? Configuration, ImmutableArray<DocumentError> Errors)
{
    internal static ConfigurationResult Failed(string file, string message) =>
        new(null, [new DocumentError(new SourceLocation(file, 0, 0), "", message)]);
}

/// <summary>Everything that the configuration says.</summary>
public sealed record LoadedConfiguration
{
    public required NodeSettings NodeSettings { get; init; }

    public required DeliverySettings DeliverySettings { get; init; }

    public required ResourceSet ResourceSet { get; init; }

    /// <summary>What was read, to say where something is written.</summary>
    public required DocumentNode Document { get; init; }

    /// <summary>An error that was found later, with the place that its path leads to.</summary>
    public DocumentError ErrorAt(string path, string message) => new(DocumentLocator.Find(Document, path), path, message);
}
