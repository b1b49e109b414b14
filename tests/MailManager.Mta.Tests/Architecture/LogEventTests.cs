using System.Reflection;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Tests.Architecture;

/// <summary>An event id names one event, and each project has a range of its own.</summary>
public class LogEventTests
{
    private static readonly Dictionary<string, (int First, int Last)> Ranges = new()
    {
        ["MailManager.Smtp"] = (1000, 1999),
        ["MailManager.Queue"] = (3000, 3999),
        ["MailManager.Delivery"] = (4000, 4999),
        ["MailManager.Management"] = (5000, 5999),
    };

    [Fact]
    public void Event_ids_are_unique_and_in_their_projects_range()
    {
        var events = Events().ToArray();

        Assert.True(events.Length > 20);
        Assert.Empty(events.GroupBy(entry => entry.Id).Where(group => group.Count() > 1).Select(group => string.Join(", ", group)));
        Assert.All(events, entry =>
        {
            // The process has 2000 for intake and 6000 for itself.
            var allowed = Ranges.TryGetValue(entry.Project, out var range)
                ? entry.Id >= range.First && entry.Id <= range.Last
                : entry.Id is (>= 2000 and <= 2999) or (>= 6000 and <= 6999);
            Assert.True(allowed, $"{entry} is out of range.");
        });
    }

    private static IEnumerable<(string Project, string Method, int Id)> Events()
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory, "*.dll"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (name != "mailmanager" && (!name.StartsWith("MailManager.", StringComparison.Ordinal) || name.EndsWith(".Tests", StringComparison.Ordinal)))
            {
                continue;
            }

            foreach (var method in Assembly.Load(name).GetTypes().SelectMany(type => type.GetMethods(All)))
            {
                if (method.GetCustomAttribute<LoggerMessageAttribute>() is { } attribute)
                {
                    yield return (name, $"{method.DeclaringType!.Name}.{method.Name}", attribute.EventId);
                }
            }
        }
    }
}
