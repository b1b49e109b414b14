using MailManager.Resources.RuleSets;

namespace MailManager.Rules.RuleSets;

/// <summary>One way to relay, as Relay actions name it. Actions that are equal in all three are the same target.</summary>
/// <param name="RelayName">Name, id or ARN of the relay, as the action gives it.</param>
/// <param name="MailFrom">Which envelope sender the relay is given; PRESERVE when the action does not say.</param>
/// <param name="OnFailure">CONTINUE when the action does not say.</param>
public sealed record RelayTarget(string RelayName, MailFrom MailFrom, ActionFailurePolicy OnFailure);
