using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MailManager.Delivery.Routing;

namespace MailManager.Delivery.MtaSts;

/// <summary>
/// The text of a policy: a key, a colon and a value on each line (RFC 8461 §3.2). Keys that are not known are passed over, as are empty lines; of a key
/// that comes twice the first counts, except mx.
/// </summary>
internal static class StsPolicyText
{
    /// <summary>The longest time for which a policy is relied on: a year, 31,557,600 s (RFC 8461 §3.2). More counts as that.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(31_557_600);

    private const int MaxAgeDigits = 10;

    /// <summary>False: it is none.</summary>
    /// <param name="text">The octets, UTF-8.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="fault">What is wrong; may hold what the domain's owner wrote.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out StsPolicy? policy, [NotNullWhen(false)] out string? fault)
    {
        policy = null;
        var single = new Dictionary<string, string>(StringComparer.Ordinal);
        var patterns = ImmutableArray.CreateBuilder<string>();
        foreach (var line in Encoding.UTF8.GetString(text).Split('\n').Select(ended => ended.TrimEnd('\r').TrimEnd(' ', '\t')).Where(line => line.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                fault = $"a line of the policy is no key and value: {line}";
                return false;
            }

            var (key, value) = (line[..colon], line[(colon + 1)..].TrimStart(' ', '\t'));
            if (key != "mx")
            {
                single.TryAdd(key, value);
            }
            else if (IsPattern(value))
            {
                patterns.Add(value.ToLowerInvariant());
            }
            else
            {
                fault = $"the policy has an mx that is no name: {value}";
                return false;
            }
        }

        StsMode? mode = single.GetValueOrDefault("mode") switch
        {
            "enforce" => StsMode.Enforce,
            "testing" => StsMode.Testing,
            "none" => StsMode.None,
            _ => null,
        };
        fault = single.GetValueOrDefault("version") != "STSv1" ? "the policy has no version STSv1"
            : mode is null ? "the policy has no mode that is known"
            : !IsAge(single.GetValueOrDefault("max_age")) ? "the policy has no max_age"
            : patterns.Count == 0 && mode != StsMode.None ? "the policy names no mx"
            : null;
        if (fault is not null)
        {
            return false;
        }

        var seconds = long.Parse(single["max_age"], NumberStyles.None, CultureInfo.InvariantCulture);
        policy = new StsPolicy
        {
            Mode = mode!.Value,
            Patterns = patterns.ToImmutable(),
            MaxAge = TimeSpan.FromSeconds(Math.Min(seconds, (long)LongestAge.TotalSeconds)),
        };
        return true;
    }

    /// <summary>The text that <see cref="TryParse"/> reads as the same policy.</summary>
    public static string Write(StsPolicy policy) => string.Create(
        CultureInfo.InvariantCulture,
        $"version: STSv1\nmode: {Word(policy.Mode)}\n{string.Concat(policy.Patterns.Select(pattern => $"mx: {pattern}\n"))}max_age: {(long)policy.MaxAge.TotalSeconds}\n");

    /// <summary>As it stands in a policy.</summary>
    public static string Word(StsMode mode) => mode switch
    {
        StsMode.Enforce => "enforce",
        StsMode.Testing => "testing",
        _ => "none",
    };

    private static bool IsPattern(string value)
    {
        var name = value.StartsWith("*.", StringComparison.Ordinal) ? value[2..] : value;
        return Ascii.IsValid(name) && MxResolver.IsHostName(name);
    }

    private static bool IsAge(string? text) => text is { Length: > 0 and <= MaxAgeDigits } && text.All(char.IsAsciiDigit);
}
