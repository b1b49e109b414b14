using System.Collections.Immutable;
using MailManager.Resources;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Secrets;

namespace MailManager.Mta.Configuration;

/// <summary>
/// Reads the configuration: node settings, delivery settings and resources, in one document. All errors are found at once; there is
/// a configuration only when there are none.
/// </summary>
public static class ConfigurationFile
{
    private static readonly ImmutableArray<string> Keys = ["Node", .. ResourceSetReader.Keys, "Delivery"];

    /// <summary>Reads a file. Relative paths in it start at its directory, whatever <paramref name="source"/> says.</summary>
    /// <param name="path">Relative to the current directory; JSON if it ends in <c>.json</c>, else YAML. Errors name it as given.</param>
    /// <param name="source">Null for this process's own surroundings.</param>
    public static ConfigurationResult Load(string path, ConfigurationSource? source = null)
    {
        try
        {
            var fullPath = Path.GetFullPath(path);
            using var stream = new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.Read);
            var from = (source ?? new ConfigurationSource()) with { BaseDirectory = Path.GetDirectoryName(fullPath)! };
            return Load(stream, path, from);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return ConfigurationResult.Failed(path, "does not exist");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return ConfigurationResult.Failed(path, $"cannot be read: {exception.Message}");
        }
    }

    /// <summary>Reads a text that is no file of its own, such as the embedded quick start.</summary>
    /// <param name="content">UTF-8; read to its end, not closed.</param>
    /// <param name="displayName">Named in errors; JSON if it ends in <c>.json</c>, else YAML.</param>
    /// <param name="source">Null for this process's own surroundings.</param>
    public static ConfigurationResult Load(Stream content, string displayName, ConfigurationSource? source = null)
    {
        var context = new ReadContext();
        var root = DocumentReader.Read(
            ReadBounded(content), displayName, DocumentReader.FormatOf(displayName), context.Errors);
        var configuration = root is null
            ? null
            : Read(new DocumentValue(root, DocumentPath.Root, context), source ?? new ConfigurationSource());
        return new ConfigurationResult(context.Errors.Count == 0 ? configuration : null, context.Errors.InFileOrder());
    }

    private static LoadedConfiguration? Read(DocumentValue document, ConfigurationSource source)
    {
        if (document.Map(Keys) is not { } root)
        {
            return null;
        }

        var node = new NodeSettingsReader(source).Read(root);
        var delivery = DeliverySettingsReader.Read(root);
        var substitution = new SecretSubstitution(source.EnvironmentVariable, source.FullBaseDirectory);
        var resources = ResourceSetReader.Read(root, substitution, new FileReferences(source.FullBaseDirectory));
        return root.Failed ? null : new LoadedConfiguration
        {
            NodeSettings = node!,
            DeliverySettings = delivery!,
            ResourceSet = resources!,
            Document = document.Node,
        };
    }

    /// <summary>Stops somewhat beyond what is allowed: enough for the reader to see that it is too much.</summary>
    private static ReadOnlyMemory<byte> ReadBounded(Stream content)
    {
        using var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int length; bytes.Length <= DocumentReader.MaximumSize && (length = content.Read(buffer)) > 0;)
        {
            bytes.Write(buffer, 0, length);
        }

        return bytes.ToArray();
    }
}
