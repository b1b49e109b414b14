using System.Text.RegularExpressions;
using MailManager.TestKit;

namespace MailManager.Mta.Tests.Architecture;

/// <summary>docs/standards.md tells of every RFC that the code refers to.</summary>
public partial class StandardsTests
{
    [Fact]
    public void Every_rfc_that_the_code_names_is_listed()
    {
        var listed = Numbers(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "standards.md"))).ToHashSet();
        var missing = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => Numbers(File.ReadAllText(file)).Except(listed).Select(number => $"RFC {number} of {Path.GetFileName(file)}"));

        Assert.Empty(missing);
    }

    private static IEnumerable<string> Numbers(string text) => Rfc().Matches(text).Select(match => match.Groups[1].Value).Distinct();

    [GeneratedRegex(@"RFC ?(\d{3,5})")]
    private static partial Regex Rfc();
}
