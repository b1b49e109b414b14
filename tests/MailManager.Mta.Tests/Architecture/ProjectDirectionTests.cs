using System.Xml.Linq;
using MailManager.TestKit;

namespace MailManager.Mta.Tests.Architecture;

/// <summary>A row may use the rows below it, never a neighbour (ARCHITECTURE.md).</summary>
public class ProjectDirectionTests
{
    private static readonly string[][] Rows =
    [
        ["Mta"],
        ["Console"],
        ["Management", "Actions"],
        ["Delivery"],
        ["Queue", "Rules", "Authentication"],
        ["Messages", "Resources"],
        ["Smtp"],
    ];

    public static TheoryData<string> Projects { get; } =
        [.. Directory.GetDirectories(Path.Combine(RepositoryRoot.Path, "src")).Select(directory => Path.GetFileName(directory)!).Order()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_to_lower_rows_only(string project)
    {
        var row = RowOf(project);

        Assert.All(References(project), reference => Assert.True(RowOf(reference) > row, $"{project} must not refer to {reference}."));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_the_namespaces_of_lower_rows_only(string project)
    {
        var row = RowOf(project);
        var foreign = Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "src", project), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => File.ReadLines(file).Select(line => (file, line)))
            .Where(entry => entry.line.StartsWith("using MailManager.", StringComparison.Ordinal))
            .Select(entry => (entry.file, Name: entry.line["using MailManager.".Length..].TrimEnd(';').Split('.')[0]))
            .Where(entry => $"MailManager.{entry.Name}" != project && RowOf(entry.Name) <= row);

        Assert.Empty(foreign);
    }

    private static int RowOf(string project)
    {
        var name = project.Replace("MailManager.", "", StringComparison.Ordinal);
        var row = Array.FindIndex(Rows, names => names.Contains(name));
        Assert.True(row >= 0, $"{project} has no row: add it to the table here and in ARCHITECTURE.md.");
        return row;
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(Path.Combine(RepositoryRoot.Path, "src", project, $"{project}.csproj"))
            .Descendants("ProjectReference")
            .Select(element => Path.GetFileNameWithoutExtension(element.Attribute("Include")!.Value.Replace('\\', '/')));
}
