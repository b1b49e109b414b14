using System.Collections.Immutable;
using MailManager.Resources.RuleSets;

namespace MailManager.Mta.Simulation;

/// <summary>Actions of rules in a few words, for explanations.</summary>
internal static class ActionText
{
    /// <summary>Replacements shown of a list.</summary>
    private const int Shown = 3;

    public static string Describe(RuleAction action) => action switch
    {
        RuleAction.Relay relay => $"Relay {relay.RelayName}",
        RuleAction.AddHeader header => $"AddHeader {header.HeaderName}: {header.HeaderValue}",
        RuleAction.SetHeader header => $"SetHeader {header.HeaderName}: {header.HeaderValue}",
        RuleAction.RemoveHeader header => $"RemoveHeader {header.HeaderName}",
        RuleAction.ReplaceRecipient replace => $"ReplaceRecipient by {List(replace.ReplaceWith)}",
        RuleAction.MapRecipient map => $"ReplaceRecipient by a table of {map.Mapping.Length}",
        RuleAction.RewriteRecipient rewrite => $"ReplaceRecipient {rewrite.Pattern} by {rewrite.ReplaceWith}",
        RuleAction.Bounce bounce => $"Bounce {bounce.SmtpReplyCode} {bounce.StatusCode}",
        RuleAction.Reject reject => $"Reject {reject.SmtpReplyCode} {reject.StatusCode}",
        _ => action.GetType().Name,
    };

    private static string List(ImmutableArray<string> addresses) =>
        addresses.Length <= Shown ? string.Join(", ", addresses) : $"{string.Join(", ", addresses.Take(Shown))} and {addresses.Length - Shown} more";
}
