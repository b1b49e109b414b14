using System.Collections.Immutable;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.TestKit.Peers;
using MimeKit;

namespace MailManager.Mta.Tests.Intake;

/// <summary>Short words for rules, and for what notifications say.</summary>
internal static class Actions
{
    public const string Role = "arn:aws:iam::123456789012:role/x";

    public static RuleAction Relay { get; } = new RuleAction.Relay("inside", null, null);

    public static RuleAction Drop { get; } = new RuleAction.Drop();

    public static RuleAction Send(ActionFailurePolicy? onFailure = null) => new RuleAction.Send(Role, onFailure);

    public static RuleAction Reject(string code = "550", string status = "5.7.9", string message = "Not today") => new RuleAction.Reject(code, status, message);

    public static RuleAction Bounce(string text = "no such user", string? message = null, ActionFailurePolicy? onFailure = null) =>
        new RuleAction.Bounce(Role, "help@example.com", "5.1.1", "550", text, message, onFailure);

    /// <summary>For recipients that start with the text.</summary>
    public static Rule For(string start, params RuleAction[] actions) => new()
    {
        Name = start,
        Conditions = [new RuleStringExpression(new RuleStringOperand.Attribute(RuleStringEmailAttribute.Recipient), StringOperator.StartsWith, [start])],
        Actions = [.. actions],
    };

    public static Rule Always(params RuleAction[] actions) => new() { Name = "always", Actions = [.. actions] };

    /// <summary>The notification, and its groups of fields about recipients.</summary>
    public static (MimeMessage Message, ImmutableArray<HeaderList> Recipients) Read(ReceivedMessage notification)
    {
        var message = MimeMessage.Load(new MemoryStream(notification.Data));
        var groups = Assert.IsType<MultipartReport>(message.Body).OfType<MessageDeliveryStatus>().Single().StatusGroups;
        return (message, [.. groups.Skip(1).Where(group => group["Final-Recipient"] is not null)]);
    }

    /// <summary><c>address status diagnostic</c> of each recipient.</summary>
    public static IEnumerable<string> Describe(ReceivedMessage notification) =>
        Read(notification).Recipients.Select(group => $"{group["Final-Recipient"]![8..]} {group["Status"]} {group["Diagnostic-Code"]}");
}
