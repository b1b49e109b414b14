using MailManager.Delivery.Dsn;
using MailManager.Messages.Bytes;
using MailManager.Rules;
using MailManager.Rules.RuleSets;
using MailManager.Smtp.Limits;

namespace MailManager.Mta.Intake;

/// <summary>What one transaction works with: rented at MAIL, returned at its end, so that an idle session holds none.</summary>
internal sealed class IntakeWorkspace(IBodyFileStore files, MemoryGauge memory, int maxHeaderLength)
{
    public MessageBuffer Buffer { get; } = new(files, maxHeaderLength: maxHeaderLength, memory: memory);

    public RuleInput Input { get; } = new();

    public RuleEvaluation Evaluation { get; } = new();

    public List<string> Recipients { get; } = [];

    public RequestedOptions Requested { get; } = new();

    /// <summary>Recipients that are accepted with the message and answered with a notification at once.</summary>
    public List<DsnRecipient> Failed { get; } = [];

    public void Clear()
    {
        Buffer.Discard();
        Input.ClearMessage();
        Evaluation.Clear();
        Recipients.Clear();
        Requested.Clear();
        Failed.Clear();
    }
}
