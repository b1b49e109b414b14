using System.Collections.Immutable;
using MailManager.Delivery.Retry;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Shaping;

/// <summary>Finds what replies of servers lead to. Asked only when something failed. Thread-safe.</summary>
/// <param name="patterns">The first that fits counts.</param>
internal sealed class ReplyPatterns(ImmutableArray<ReplyPattern> patterns)
{
    /// <summary>Characters of a reply that patterns see. With the linear time of the expressions, this bounds the work that a server can cause.</summary>
    internal const int MaxLength = 512;

    /// <summary>Adds to the result of an attempt what the replies in it lead to.</summary>
    /// <param name="destination">Key of the destination.</param>
    /// <param name="host">Name of the server; null: none was reached, or the failure knows it.</param>
    /// <param name="result">With a failure.</param>
    public AttemptResult Apply(string destination, string? host, AttemptResult result)
    {
        if (patterns.IsEmpty)
        {
            return result;
        }

        ReplyAction?[]? actions = null;
        for (var i = 0; i < result.RecipientFailures?.Length; i++)
        {
            if (Find(destination, host, result.RecipientFailures[i]) is { } action)
            {
                actions ??= new ReplyAction?[result.RecipientFailures.Length];
                actions[i] = action;
            }
        }

        result = result with { Action = Find(destination, host, result.Failure), RecipientActions = actions };
        return result with { Pause = result.Actions.Select(entry => entry.Action.Suspend ?? TimeSpan.Zero).DefaultIfEmpty().Max() };
    }

    /// <summary>What the failure leads to; null: no pattern fits.</summary>
    public ReplyAction? Find(string destination, string? host, SmtpFailure? failure)
    {
        if (failure is not { HasReply: true })
        {
            return null;
        }

        string? text = null;
        foreach (var pattern in patterns)
        {
            if ((pattern.Phase is null || pattern.Phase == failure.Phase) && pattern.IsFor(destination, failure.Host ?? host))
            {
                text ??= failure.Reply.ToString();
                if (pattern.Reply.IsMatch(text.AsSpan(0, Math.Min(text.Length, MaxLength))))
                {
                    return pattern.Action;
                }
            }
        }

        return null;
    }
}
