namespace MailManager.Rules.Policies;

/// <summary>
/// How often a statement was asked and decided since its policy was put in force. Counted are final verdicts that are one statement's: on recipients, and
/// refusals of whole sessions.
/// </summary>
/// <param name="Statement">Its index; <c>default</c> for the default action.</param>
/// <param name="Evaluated">Verdicts that no statement asked before it had decided.</param>
/// <param name="Matched">Verdicts that it decided.</param>
public readonly record struct PolicyCounters(string Statement, long Evaluated, long Matched);
