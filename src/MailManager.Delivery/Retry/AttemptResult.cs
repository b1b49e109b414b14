using MailManager.Delivery.Shaping;
using MailManager.Queue;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;

namespace MailManager.Delivery.Retry;

/// <summary>How one attempt at a delivery ended, for each of its recipients. The usual case, all delivered, holds no failure.</summary>
internal readonly record struct AttemptResult
{
    /// <summary>Of every recipient that has none of its own; null: those were delivered.</summary>
    public SmtpFailure? Failure { get; init; }

    /// <summary>For the queue's history; null: nothing failed, or nothing was tried.</summary>
    public DeliveryAttempt? Attempt { get; init; }

    /// <summary>By the index of the recipient in the instructions; null: none has one of its own.</summary>
    public SmtpFailure?[]? RecipientFailures { get; init; }

    /// <summary>What the server said when it took the message; else code 0.</summary>
    public SmtpReply Reply { get; init; }

    /// <summary>Host name of the server for notifications; null when none was reached.</summary>
    public string? RemoteMta { get; init; }

    /// <summary>
    /// By the index of the recipient: went to a server that does not offer DSN, so that news of success are ours to give. Null: none, or nothing
    /// was asked for any recipient.
    /// </summary>
    public bool[]? WithoutDsn { get; init; }

    /// <summary>What the reply in <see cref="Failure"/> leads to, by a reply pattern; null: what its code says.</summary>
    public ReplyAction? Action { get; init; }

    /// <summary>The same of <see cref="RecipientFailures"/>, by their index; null: no pattern fits any of them.</summary>
    public ReplyAction?[]? RecipientActions { get; init; }

    /// <summary>The next attempt is no earlier than after this time, whatever the schedule says.</summary>
    public TimeSpan Pause { get; init; }

    public bool IsSuccess => Failure is null && RecipientFailures is null;

    public SmtpFailure? FailureOf(int recipient) => RecipientFailures?[recipient] ?? Failure;

    public ReplyAction? ActionOf(int recipient) => RecipientFailures?[recipient] is null ? Action : RecipientActions?[recipient];

    /// <summary>The failures that a reply pattern fits, and what it says of each.</summary>
    public IEnumerable<(ReplyAction Action, SmtpFailure Failure)> Actions
    {
        get
        {
            for (var i = 0; i < RecipientActions?.Length; i++)
            {
                if (RecipientActions[i] is { } action)
                {
                    yield return (action, RecipientFailures![i]!);
                }
            }

            if (Action is not null)
            {
                yield return (Action, Failure!);
            }
        }
    }

    public static AttemptResult Failed(SmtpFailure failure) => new() { Failure = failure };
}
