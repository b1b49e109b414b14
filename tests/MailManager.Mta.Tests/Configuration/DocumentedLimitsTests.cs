using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using MailManager.Mta.Configuration;
using MailManager.Resources.IngressPoints;
using MailManager.TestKit;

namespace MailManager.Mta.Tests.Configuration;

/// <summary>Every limit has a row in the documentation, with the default that the code has.</summary>
public class DocumentedLimitsTests
{
    public static TheoryData<string, string, string> Limits()
    {
        var data = new TheoryData<string, string, string>();
        Add(data, "### Limits of the server", ServerLimitsReader.Defaults);
        Add(data, "### Limits of sessions", new SessionLimits());
        return data;
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void Default_is_in_the_table(string section, string key, string value)
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot.Path, "docs", "configuration.md"));
        var start = text.IndexOf(section, StringComparison.Ordinal);
        var end = text.IndexOf("\n##", start + section.Length, StringComparison.Ordinal);
        var row = Assert.Single(text[start..end].Split('\n'), line => line.StartsWith($"| `{key}` |", StringComparison.Ordinal));

        // After the default may stand where it comes from.
        Assert.Matches($"^`?{Regex.Escape(value)}`?($|:)", row.Split(" | ")[2]);
    }

    private static void Add(TheoryData<string, string, string> data, string section, object defaults)
    {
        foreach (var property in defaults.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var text = property.GetValue(defaults) switch
            {
                int number => number.ToString(CultureInfo.InvariantCulture),
                TimeSpan { Seconds: > 0 } time => $"{time.TotalSeconds}s",
                TimeSpan { Minutes: > 0 } time => $"{time.TotalMinutes}m",
                TimeSpan time => $"{time.TotalHours}h",
                long => "a quarter of the memory that the process may use",
                null => "none besides those of the server",
                _ => "[\"127.0.0.0/8\", \"::1/128\"]",
            };
            data.Add(section, property.Name, text);
        }
    }
}
