using System.Text.RegularExpressions;
using MailManager.TestKit;

namespace MailManager.Mta.Tests.Architecture;

/// <summary>Documents name files that exist.</summary>
public partial class DocumentTests
{
    public static TheoryData<string> Documents { get; } =
        ["README.md", "ARCHITECTURE.md", .. Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "docs"), "*.md").Select(file => Path.GetRelativePath(RepositoryRoot.Path, file))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Files_that_a_document_names_exist(string document)
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, document));
        var links = Link().Matches(text).Select(match => Path.Combine(Path.GetDirectoryName(document)!, match.Groups[1].Value.Split('#')[0]));
        var paths = CodePath().Matches(text).Select(match => match.Groups[1].Value);

        Assert.All(links.Concat(paths), path => Assert.True(Path.Exists(Path.Combine(RepositoryRoot.Path, path)), $"{path} does not exist."));
    }

    /// <summary>Links to files of the repository.</summary>
    [GeneratedRegex(@"\]\((?!https?://|#)([^)\s]+)\)")]
    private static partial Regex Link();

    /// <summary>Paths in code spans.</summary>
    [GeneratedRegex(@"`((?:src|tests|bench|perf|docs|samples)/[A-Za-z0-9_./-]+)`")]
    private static partial Regex CodePath();
}
