using MailManager.Smtp.Replies;

namespace MailManager.Rules.RuleSets;

/// <summary>What a Reject or Bounce action tells the sender, as a reply or in a notification.</summary>
/// <param name="Code">400 to 599.</param>
/// <param name="Status">Of the code's class in a Reject; in a Bounce as the action has it.</param>
/// <param name="Text">1 to 256 printable ASCII characters.</param>
public sealed record FailureNotice(int Code, EnhancedStatus Status, string Text)
{
    /// <summary>For recipients that no rule serves.</summary>
    public static FailureNotice NoRoute { get; } = new(550, new EnhancedStatus(5, 7, 1), "No route for this message");

    /// <summary>Of a Bounce: in the From field of its notification.</summary>
    public string? Sender { get; init; }

    /// <summary>Of a Bounce: text for people; null: the usual one.</summary>
    public string? Message { get; init; }

    /// <summary>As dispositions write it: <c>550 5.7.1</c>.</summary>
    public override string ToString() => $"{Code} {Status}";
}
