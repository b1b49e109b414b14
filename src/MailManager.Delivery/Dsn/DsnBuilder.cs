using System.Buffers;
using System.Text;
using MailManager.Delivery.Routing;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using MimeKit;
using MimeKit.Utils;

namespace MailManager.Delivery.Dsn;

/// <summary>
/// Makes delivery status notifications (RFC 3464): a multipart/report of an explanation, the machine-readable status and the header of the
/// message, from the null reverse-path, so that a notification never begets another one. Thread-safe.
/// </summary>
/// <param name="options">Names us, and says how notifications leave.</param>
public sealed class DsnBuilder(DeliveryOptions options)
{
    private const int MaxHeaderLength = 32 * 1024;

    private static readonly FormatOptions Format = CreateFormat();

    /// <summary>
    /// A message for the queue, or null when there is nobody to tell: the reverse-path is null or has no domain. The content's reference
    /// belongs to the caller.
    /// </summary>
    public AcceptedMessage? Build(DsnRequest request, DateTimeOffset now)
    {
        var at = request.ReversePath.LastIndexOf('@');
        if (at <= 0 || at == request.ReversePath.Length - 1)
        {
            return null;
        }

        var id = MessageId.New(now);
        var header = HeaderPart.Create(Cut(request.Header));
        var content = Write(Compose(request, id, header, now));
        var isEightBit = header.ContentTransferEncoding == ContentEncoding.EightBit;
        var message = new QueuedMessage
        {
            Id = id,
            Origin = "dsn",
            ReceivedAt = now,
            ExpiresAt = now + options.Expiry,
            Envelope = new MessageEnvelope(string.Empty, [request.ReversePath], isEightBit ? BodyType.EightBitMime : BodyType.SevenBit),
            Deliveries =
            [
                new DeliveryInstructions
                {
                    Destination = options.DsnRelay is { } relay ? DestinationKey.ForRelay(relay) : DestinationKey.ForDomain(request.ReversePath[(at + 1)..]),
                    ReversePath = string.Empty,
                    Recipients = [request.ReversePath],
                    Prefix = default,
                },
            ],
        };
        return new AcceptedMessage(message, content);
    }

    private MimeMessage Compose(DsnRequest request, MessageId id, MimePart header, DateTimeOffset now)
    {
        var message = new MimeMessage { Date = now, Subject = "Undelivered mail: delivery status notification", MessageId = $"{id}@{options.Hostname}" };
        message.From.Add(new MailboxAddress("Mail Delivery System", $"MAILER-DAEMON@{options.Hostname}"));
        message.Headers.Replace(HeaderId.To, $"<{PeerText.Escape(request.ReversePath)}>");
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-replied");
        var report = new MultipartReport("delivery-status")
        {
            new TextPart("plain") { ContentTransferEncoding = ContentEncoding.SevenBit, Text = Explain(request) },
            Status(request),
            header,
        };
        message.Body = report;
        return message;
    }

    private string Explain(DsnRequest request)
    {
        var text = new StringBuilder();
        text.Append("This is the mail system at ").Append(options.Hostname).Append(".\r\n\r\n");
        text.Append("Your message could not be delivered to the recipients below, and no further\r\nattempt will be made. Its header is attached.\r\n");
        foreach (var recipient in request.Recipients)
        {
            text.Append("\r\n<").Append(PeerText.Escape(recipient.Recipient)).Append(">\r\n  ");
            if (recipient.IsSmtpReply)
            {
                text.Append("the server ").Append(recipient.RemoteMta ?? "of the recipient").Append(" said:\r\n  ");
            }

            text.Append(recipient.Diagnostic).Append("\r\n");
        }

        return text.ToString();
    }

    /// <summary>RFC 3464 §2: one group of fields about the message, one for each recipient.</summary>
    private MessageDeliveryStatus Status(DsnRequest request)
    {
        var status = new MessageDeliveryStatus();
        status.StatusGroups.Add(new HeaderList
        {
            { "Reporting-MTA", $"dns; {options.Hostname}" },
            { "X-MailManager-Message-Id", request.MessageId.ToString() },
            { "Arrival-Date", DateUtils.FormatDate(request.ReceivedAt) },
        });
        foreach (var recipient in request.Recipients)
        {
            var group = new HeaderList
            {
                { "Final-Recipient", $"rfc822; {PeerText.Escape(recipient.Recipient)}" },
                { "Action", "failed" },
                { "Status", recipient.Status.ToString() },
            };
            if (recipient.RemoteMta is { } remote)
            {
                group.Add("Remote-MTA", $"dns; {PeerText.Escape(remote)}");
            }

            group.Add("Diagnostic-Code", $"{(recipient.IsSmtpReply ? "smtp" : "x-mailmanager")}; {recipient.Diagnostic}");
            status.StatusGroups.Add(group);
        }

        return status;
    }

    /// <summary>Whole lines within the limit.</summary>
    private static ReadOnlyMemory<byte> Cut(ReadOnlyMemory<byte> header)
    {
        if (header.Length <= MaxHeaderLength)
        {
            return header;
        }

        var end = header.Span[..MaxHeaderLength].LastIndexOf("\r\n"u8);
        return end < 0 ? default : header[..(end + 2)];
    }

    private static MessageContent Write(MimeMessage message)
    {
        using var stream = new MemoryStream();
        message.WriteTo(Format, stream);
        var length = (int)stream.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        stream.GetBuffer().AsSpan(0, length).CopyTo(rented);
        return new MessageContent(rented, length, length, null);
    }

    private static FormatOptions CreateFormat()
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.EnsureNewLine = true;
        return format;
    }
}
