using System.Globalization;
using MailManager.Queue.History;

namespace MailManager.Queue.Administration;

/// <summary>The fields of a filter and their comparisons.</summary>
internal static class FilterField
{
    private const string Names = "destination, domain, recipient, sender, age, attempts, reply, size, ingress-point, policy, rule, state, id";

    /// <summary>Throws <see cref="FilterException"/> for an unknown field, or an operator or value that does not fit it.</summary>
    public static Func<QueueEntry, DateTimeOffset, bool> Compare(FilterToken field, FilterToken comparison, FilterToken value) => field.Text.ToLowerInvariant() switch
    {
        "destination" => Text(comparison, value, static entry => entry.Destination),
        "sender" => Text(comparison, value, static entry => entry.Sender),
        "reply" => Text(comparison, value, static entry => entry.LastReply ?? ""),
        "ingress-point" => Text(comparison, value, static entry => entry.IngressPoint),
        "policy" => Text(comparison, value, static entry => entry.History is MessageHistory.Received received ? received.Policy.Policy : ""),
        "rule" => AnyText(comparison, value, RuleNames),
        "id" => Text(comparison, value, static entry => entry.MessageId.ToString()),
        "recipient" => AnyText(comparison, value, static entry => entry.Recipients),
        "domain" => AnyText(comparison, value, static entry => entry.Recipients.Select(static recipient => recipient[(recipient.LastIndexOf('@') + 1)..])),
        "state" => State(comparison, value),
        "attempts" => Number(comparison, Integer(value), static (entry, _) => entry.Attempts),
        "size" => Number(comparison, Size(value), static (entry, _) => entry.Size),
        "age" => Number(comparison, Duration(value), static (entry, now) => (now - entry.ReceivedAt).Ticks),
        _ => throw new FilterException(field.Column, $"there is no field '{field.Text}'; there are {Names}"),
    };

    /// <summary>The comparisons of this field need <see cref="QueueEntry.History"/>.</summary>
    public static bool ReadsHistory(FilterToken field) => field.IsWord("policy") || field.IsWord("rule");

    /// <summary>Of a rule that has neither id nor name its place.</summary>
    private static IEnumerable<string> RuleNames(QueueEntry entry)
    {
        foreach (var rule in entry.History is MessageHistory.Received received ? received.Rules.Rules : [])
        {
            yield return rule.Label;
            if (rule.Id is not null && rule.Name is not null)
            {
                yield return rule.Name;
            }
        }
    }

    private static Func<QueueEntry, DateTimeOffset, bool> Text(FilterToken comparison, FilterToken value, Func<QueueEntry, string> read)
    {
        var (isNegated, matches) = TextMatch(comparison, value);
        return (entry, _) => matches(read(entry)) != isNegated;
    }

    /// <summary>Where a delivery has several, one is enough; <c>!=</c>: none of them.</summary>
    private static Func<QueueEntry, DateTimeOffset, bool> AnyText(FilterToken comparison, FilterToken value, Func<QueueEntry, IEnumerable<string>> read)
    {
        var (isNegated, matches) = TextMatch(comparison, value);
        return (entry, _) => read(entry).Any(matches) != isNegated;
    }

    private static (bool IsNegated, Func<string, bool> Matches) TextMatch(FilterToken comparison, FilterToken value)
    {
        var text = value.Text;
        return comparison.Text switch
        {
            "~" => (false, candidate => candidate.Contains(text, StringComparison.OrdinalIgnoreCase)),
            "=" or "!=" => (comparison.Text == "!=", text.Contains('*')
                ? IsLike(text.Split('*'))
                : candidate => candidate.Equals(text, StringComparison.OrdinalIgnoreCase)),
            _ => throw new FilterException(comparison.Column, "texts are compared by =, != and ~"),
        };
    }

    /// <summary>The texts between the stars stand in the candidate in this order, the first at its start and the last at its end.</summary>
    private static Func<string, bool> IsLike(string[] pieces) => candidate =>
    {
        if (!candidate.StartsWith(pieces[0], StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = candidate.AsSpan(pieces[0].Length);
        foreach (var piece in pieces.AsSpan(1..^1))
        {
            var at = rest.IndexOf(piece, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + piece.Length)..];
        }

        return rest.EndsWith(pieces[^1], StringComparison.OrdinalIgnoreCase);
    };

    private static Func<QueueEntry, DateTimeOffset, bool> State(FilterToken comparison, FilterToken value)
    {
        DeliveryState? state = value.Text.ToLowerInvariant() switch
        {
            "ready" => DeliveryState.Ready,
            "deferred" => DeliveryState.Deferred,
            "held" => DeliveryState.Held,
            "in-attempt" => DeliveryState.InAttempt,
            _ => throw new FilterException(value.Column, $"there is no state '{value.Text}'; there are ready, deferred, held, in-attempt"),
        };
        return comparison.Text switch
        {
            "=" => (entry, _) => entry.State == state,
            "!=" => (entry, _) => entry.State != state,
            _ => throw new FilterException(comparison.Column, "states are compared by = and !="),
        };
    }

    private static Func<QueueEntry, DateTimeOffset, bool> Number(FilterToken comparison, long value, Func<QueueEntry, DateTimeOffset, long> read) => comparison.Text switch
    {
        "=" => (entry, now) => read(entry, now) == value,
        "!=" => (entry, now) => read(entry, now) != value,
        "<" => (entry, now) => read(entry, now) < value,
        "<=" => (entry, now) => read(entry, now) <= value,
        ">" => (entry, now) => read(entry, now) > value,
        ">=" => (entry, now) => read(entry, now) >= value,
        "~" => throw new FilterException(comparison.Column, "numbers are compared by =, !=, <, <=, > and >="),
        _ => throw new FilterException(comparison.Column, $"there is no operator '{comparison.Text}'; there are =, !=, <, <=, >, >= and ~"),
    };

    private static long Integer(FilterToken value) =>
        long.TryParse(value.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FilterException(value.Column, $"'{value.Text}' is no number");

    /// <summary>Octets.</summary>
    private static long Size(FilterToken value) => WithUnit(value, "size, as 10KiB", static unit => unit switch
    {
        "" or "B" => 1,
        "KiB" => 1L << 10,
        "MiB" => 1L << 20,
        _ => 0,
    });

    /// <summary>Ticks.</summary>
    private static long Duration(FilterToken value) => WithUnit(value, "duration, as 2h", static unit => unit switch
    {
        "s" => TimeSpan.TicksPerSecond,
        "m" => TimeSpan.TicksPerMinute,
        "h" => TimeSpan.TicksPerHour,
        "d" => TimeSpan.TicksPerDay,
        _ => 0,
    });

    private static long WithUnit(FilterToken value, string what, Func<string, long> factorOf)
    {
        var text = value.Text;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? text.Length : end;
        var factor = factorOf(text[digits..]);

        return factor > 0 && digits is > 0 and < 10 && long.Parse(text[..digits], CultureInfo.InvariantCulture) is var number && number <= long.MaxValue / factor
            ? number * factor
            : throw new FilterException(value.Column, $"'{text}' is no {what}");
    }
}
