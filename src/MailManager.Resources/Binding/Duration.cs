using System.Globalization;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Binding;

/// <summary>A length of time in a document: a whole number and one of the units s, m, h, d.</summary>
public static class Duration
{
    private static readonly (char Unit, long Seconds)[] Units = [('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60), ('s', 1)];

    /// <summary>Where a key has no limits of its own: 1 second.</summary>
    public static TimeSpan Shortest { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Where a key has no limits of its own: 30 days.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(30);

    /// <summary>From <see cref="Shortest"/> to <see cref="Longest"/>.</summary>
    public static TimeSpan? Read(DocumentValue value) => Read(value, Shortest, Longest);

    /// <param name="value">The text, such as <c>5m</c>.</param>
    /// <param name="shortest">Whole seconds.</param>
    /// <param name="longest">Whole seconds.</param>
    public static TimeSpan? Read(DocumentValue value, TimeSpan shortest, TimeSpan longest)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (ParseSeconds(text) is not { } seconds)
        {
            value.Error($"{DisplayText.Quote(text)} is not a duration; write a whole number and s, m, h or d, such as 30s, 5m, 1h or 4d");
            return null;
        }

        if (seconds < shortest.TotalSeconds || seconds > longest.TotalSeconds)
        {
            value.Error($"{DisplayText.Quote(text)} is not from {Write(shortest)} to {Write(longest)}");
            return null;
        }

        return TimeSpan.FromSeconds(seconds);
    }

    private static long? ParseSeconds(string text)
    {
        foreach (var (unit, seconds) in Units)
        {
            if (text.EndsWith(unit))
            {
                return uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                    ? count * seconds
                    : null;
            }
        }

        return null;
    }

    private static string Write(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        var (unit, length) = Units.First(candidate => seconds % candidate.Seconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / length}{unit}");
    }
}
