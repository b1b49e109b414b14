namespace MailManager.Rules.RuleSets;

/// <summary>
/// The one text for what becomes of a recipient, by which dispositions are shown, compared and expected: parts in the order of rules, joined by
/// commas. A delivery is <c>relay NAME</c> or <c>send</c>, with <c>to ADDRESS</c> where the recipient was replaced; then there are <c>bounce 550 5.1.1</c>,
/// <c>drop</c>, <c>reject 550 5.7.1</c>, <c>fail 5.7.1</c> for one that nothing was done for and whose sender is told, and <c>refuse 550 5.7.1</c> where the
/// message is refused for another reason than a Reject action for the recipient.
/// </summary>
internal static class DispositionText
{
    public static string Of(RuleEvaluation evaluation, int recipient, string address)
    {
        var parts = new List<string>();
        var seen = new HashSet<(RecipientGroup?, string?)>();
        foreach (var outcome in evaluation.Outcomes)
        {
            if (outcome.Kind == OutcomeKind.None || !evaluation.CameFrom(outcome, recipient))
            {
                continue;
            }

            if (evaluation.Refusal is not null)
            {
                if (outcome.Kind == OutcomeKind.Reject)
                {
                    return $"reject {evaluation.Refusal}";
                }
            }
            else if (seen.Add((outcome.Group, outcome.Kind == OutcomeKind.Deliver ? outcome.Address : null)))
            {
                // What happens twice to a recipient, or to some that it became, happens once.
                parts.Add(Part(outcome, address));
            }
        }

        if (evaluation.Refusal is { } refusal)
        {
            return $"refuse {refusal}";
        }

        if (evaluation.IsUncovered(recipient))
        {
            parts.Add($"fail {FailureNotice.NoRoute.Status}");
        }

        return string.Join(", ", parts);
    }

    private static string Part(in RecipientOutcome outcome, string original) => outcome switch
    {
        { Kind: OutcomeKind.Deliver, Group: DeliveryGroup group } => outcome.Address == original ? $"{group.Target}" : $"{group.Target} to {outcome.Address}",
        { Kind: OutcomeKind.Bounce, Group: NoticeGroup group } => $"bounce {group.Notice}",
        { Kind: OutcomeKind.Reject, Group: NoticeGroup group } => $"reject {group.Notice}",
        _ => "drop",
    };
}
