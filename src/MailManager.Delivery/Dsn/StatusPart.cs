using System.Text;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using MimeKit;
using MimeKit.Utils;

namespace MailManager.Delivery.Dsn;

/// <summary>
/// The machine-readable part of a notification (RFC 3464 §2): one group of fields about the message, one for each recipient. Where addresses are
/// UTF-8 it is <c>message/global-delivery-status</c> (RFC 6533 §4).
/// </summary>
internal static class StatusPart
{
    public static MimePart Create(DsnRequest request, IReadOnlyList<DsnRecipient> recipients, string hostname, bool isUtf8)
    {
        var groups = recipients.Select(recipient => Group(recipient, request, isUtf8)).Prepend(Group(request, hostname));
        if (!isUtf8)
        {
            var status = new MessageDeliveryStatus();
            foreach (var group in groups)
            {
                status.StatusGroups.Add(group);
            }

            return status;
        }

        var stream = new MemoryStream();
        foreach (var group in groups)
        {
            group.WriteTo(DsnBuilder.Format, stream);
            stream.Write("\r\n"u8);
        }

        stream.Position = 0;
        return new MimePart("message", "global-delivery-status")
        {
            ContentTransferEncoding = Ascii.IsValid(stream.GetBuffer().AsSpan(0, (int)stream.Length)) ? ContentEncoding.SevenBit : ContentEncoding.EightBit,
            Content = new MimeContent(stream),
        };
    }

    private static HeaderList Group(DsnRequest request, string hostname)
    {
        var group = new HeaderList();
        if (request.Options is { EnvelopeId.Length: > 0 } options)
        {
            Add(group, "Original-Envelope-Id", OriginalRecipient.Decode(options.EnvelopeId));
        }

        Add(group, "Reporting-MTA", $"dns; {hostname}");
        Add(group, "X-MailManager-Message-Id", request.MessageId.ToString());
        Add(group, "Arrival-Date", DateUtils.FormatDate(request.ReceivedAt));
        return group;
    }

    private static HeaderList Group(DsnRecipient recipient, DsnRequest request, bool isUtf8)
    {
        var group = new HeaderList();
        if (recipient.Options is { OriginalRecipient.Length: > 0 } options)
        {
            Add(group, "Original-Recipient", DsnAddress.Original(options.OriginalRecipient, isUtf8));
        }

        Add(group, "Final-Recipient", DsnAddress.Final(recipient.Recipient, isUtf8));
        Add(group, "Action", recipient.Action switch { DsnAction.Delayed => "delayed", DsnAction.Relayed => "relayed", _ => "failed" });
        Add(group, "Status", recipient.Status.ToString());
        if (recipient.RemoteMta is { } remote)
        {
            Add(group, "Remote-MTA", $"dns; {PeerText.Escape(remote)}");
        }

        Add(group, "Diagnostic-Code", $"{(recipient.IsSmtpReply ? "smtp" : "x-mailmanager")}; {recipient.Diagnostic}");
        if (recipient.Action == DsnAction.Delayed && request.RetryUntil is { } until)
        {
            Add(group, "Will-Retry-Until", DateUtils.FormatDate(until));
        }

        return group;
    }

    /// <summary>UTF-8 goes as it is (RFC 6533 §4); the library would make encoded words of it.</summary>
    private static void Add(HeaderList group, string name, string value)
    {
        if (Ascii.IsValid(value))
        {
            group.Add(name, value);
        }
        else
        {
            group.Add(RawHeader(name, value));
        }
    }

    public static Header RawHeader(string name, string value)
    {
        var header = new Header(name, string.Empty);
        header.SetRawValue(Encoding.UTF8.GetBytes($" {value}\r\n"));
        return header;
    }
}
