using MailManager.Messages.Bytes;
using MailManager.Queue;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;

namespace MailManager.Mta.Intake;

/// <summary>Messages that are refused for what they are made of, or for want of room: each is logged and counted. Belongs to its session.</summary>
internal sealed class MessageRefusals(IntakeServices services, SmtpSessionInfo session)
{
    /// <summary>What there is against the octets of a message; null: nothing.</summary>
    public SmtpReply? OfData(DataFaults faults, IntakeWorkspace workspace, string ingressPoint)
    {
        if (faults != DataFaults.None)
        {
            IntakeLog.DataRefused(services.Logger, ingressPoint, session.Client, workspace.ReversePath, faults, session.Id);
            services.Metrics.Refused(ingressPoint, "data");
            return faults.HasFlag(DataFaults.TooLarge) ? StandardReplies.MessageTooLarge : StandardReplies.BareLineEnds;
        }

        switch (workspace.Buffer.Fault)
        {
            case BufferFault.HeaderTooLarge:
                Note("its header block is too large", "data", workspace, ingressPoint);
                return StandardReplies.HeaderTooLarge;
            case BufferFault.Storage:
                NoteStorage(workspace.Buffer.StorageException, ingressPoint);
                return StandardReplies.InsufficientStorage;
            default:
                return null;
        }
    }

    /// <param name="reason">Goes on a sentence: the message was refused because ...</param>
    /// <param name="metric">The reason's name in the metric.</param>
    /// <param name="workspace">Of the transaction.</param>
    /// <param name="ingressPoint">Where.</param>
    public void Note(string reason, string metric, IntakeWorkspace workspace, string ingressPoint)
    {
        IntakeLog.MessageRefused(services.Logger, ingressPoint, session.Client, workspace.ReversePath, reason, session.Id);
        services.Metrics.Refused(ingressPoint, metric);
    }

    /// <summary>The message's file could not be written, or not be read.</summary>
    public void NoteStorage(Exception? fault, string ingressPoint)
    {
        IntakeLog.StorageRefused(services.Logger, fault, session.Client, ingressPoint, AcceptResult.StorageFailed, session.Id);
        services.Metrics.Refused(ingressPoint, "storage");
    }
}
