using System.Text;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Secrets;

namespace MailManager.Resources.Tests;

/// <summary>Reads texts as the resources of a configuration file.</summary>
internal static class ReadingResources
{
    /// <summary>Where the files are that documents refer to.</summary>
    public static readonly string Files = Path.Combine(AppContext.BaseDirectory, "Files");

    public static (ResourceSet? Resources, string[] Errors) Read(
        string text, string fileName = FullDocument.FileName, Dictionary<string, string>? environment = null, string? directory = null)
    {
        var (resources, errors) = ReadBytes(Encoding.UTF8.GetBytes(text), fileName, environment, directory);
        return (resources, [.. errors.Select(error => error.ToString())]);
    }

    public static (ResourceSet? Resources, IReadOnlyList<DocumentError> Errors) ReadBytes(
        ReadOnlyMemory<byte> text,
        string fileName = FullDocument.FileName,
        Dictionary<string, string>? environment = null,
        string? directory = null)
    {
        environment ??= new Dictionary<string, string> { ["EXCHANGE_PASSWORD"] = FullDocument.Password };
        var context = new ReadContext();
        var root = DocumentReader.Read(text, fileName, DocumentReader.FormatOf(fileName), context.Errors);
        var map = root is null ? null : new DocumentValue(root, DocumentPath.Root, context).Map(ResourceSetReader.Keys);
        var resources = map is null
            ? null
            : ResourceSetReader.Read(
                map, new SecretSubstitution(environment.GetValueOrDefault, directory ?? Files), new FileReferences(directory ?? Files));
        return (context.Errors.Count == 0 ? resources : null, context.Errors.InFileOrder());
    }

    public static ResourceSet ReadValid(string text, string fileName = FullDocument.FileName)
    {
        var (resources, errors) = Read(text, fileName);
        Assert.Empty(errors);
        return resources!;
    }

    /// <summary>
    /// Replaces one piece of the full document, which must be there exactly once, and expects exactly these errors, all on the line
    /// where the replacement begins.
    /// </summary>
    public static void Changing(string from, string to, params string[] expected) => ChangingOf(FullDocument.Yaml, from, to, expected);

    /// <summary>The same of any document.</summary>
    public static void ChangingOf(string document, string from, string to, params string[] expected)
    {
        var at = document.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"not in the document: {from}");
        Assert.Equal(at, document.LastIndexOf(from, StringComparison.Ordinal));
        var line = document.AsSpan(0, at).Count('\n') + 1;
        var (resources, errors) = Read(document.Replace(from, to, StringComparison.Ordinal));
        Assert.Equal(expected.Select(error => $"{FullDocument.FileName}:{line}: {error}"), errors);
        Assert.Equal(expected.Length == 0, resources is not null);
    }
}
