using System.Globalization;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Mta.Configuration;

/// <summary>A length of time in a configuration file: a whole number and one of the units s, m, h, d.</summary>
internal static class Duration
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static TimeSpan? Read(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (Parse(text) is not { } duration)
        {
            value.Error($"{DisplayText.Quote(text)} is not a duration; write a whole number and s, m, h or d, such as 30s, 5m, 1h or 4d");
            return null;
        }

        if (duration < Shortest || duration > Longest)
        {
            value.Error($"{DisplayText.Quote(text)} is not from 1s to 30d");
            return null;
        }

        return duration;
    }

    private static TimeSpan? Parse(string text)
    {
        var seconds = text is [.., var unit]
            ? unit switch { 's' => 1, 'm' => 60, 'h' => 60 * 60, 'd' => 24 * 60 * 60, _ => 0 }
            : 0;

        return seconds > 0 && uint.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? TimeSpan.FromSeconds((double)count * seconds)
            : null;
    }
}
