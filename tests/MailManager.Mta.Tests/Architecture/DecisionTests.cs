using System.Text.RegularExpressions;
using MailManager.TestKit;

namespace MailManager.Mta.Tests.Architecture;

/// <summary>Every point that <c>docs/rules.md</c> decides is a test of the name that it gives.</summary>
public partial class DecisionTests
{
    [Fact]
    public void Every_decision_names_a_test_that_exists()
    {
        var section = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs/rules.md")).Split("## Decided here")[1].Split("\n## ")[0];
        var named = Row().Matches(section).SelectMany(row => Code().Matches(row.Groups[1].Value)).Select(code => code.Groups[1].Value).ToArray();
        var tests = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Method().Matches(File.ReadAllText(file)))
            .Select(method => method.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.True(named.Length > 20, $"Only {named.Length} tests are named.");
        Assert.All(named, name => Assert.Contains(name, tests));
    }

    /// <summary>The last cell of a row.</summary>
    [GeneratedRegex(@"^\|.*\|([^|\n]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z0-9_]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"public (?:static )?(?:async )?(?:void|Task) ([A-Za-z0-9_]+)\(")]
    private static partial Regex Method();
}
