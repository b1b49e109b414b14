using System.Buffers;
using MailManager.Delivery.Dsn;
using MailManager.Delivery.Routing;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Smtp.Grammar;
using MimeKit;

namespace MailManager.Delivery.TlsReports;

/// <summary>Makes the message that carries a report (RFC 8460 §5.3), from the null reverse-path, so that no failure of it begets another message.</summary>
internal static class TlsReportMail
{
    /// <summary>The content's reference belongs to the caller.</summary>
    /// <param name="report">To be sent.</param>
    /// <param name="to">A mailbox.</param>
    /// <param name="options">How it leaves: as notifications do.</param>
    /// <param name="now">Its date.</param>
    public static AcceptedMessage Build(TlsReport report, string to, DeliveryOptions options, DateTimeOffset now)
    {
        var id = MessageId.New(now);
        var content = Write(Compose(report, to, id, now, options.Hostname));
        var message = new QueuedMessage
        {
            Id = id,
            Origin = "tls-report",
            ReceivedAt = now,
            ExpiresAt = now + TlsReporter.Patience,
            Envelope = new MessageEnvelope(string.Empty, [to], BodyType.SevenBit),
            Deliveries =
            [
                new DeliveryInstructions
                {
                    Destination = options.DsnRelay is { } relay ? DestinationKey.ForRelay(relay) : DestinationKey.ForDomain(to[(to.LastIndexOf('@') + 1)..]),
                    ReversePath = string.Empty,
                    Recipients = [to],
                    Prefix = default,
                    MaySign = true,
                },
            ],
        };
        return new AcceptedMessage(message, content);
    }

    private static MimeMessage Compose(TlsReport report, string to, MessageId id, DateTimeOffset now, string hostname)
    {
        var message = new MimeMessage
        {
            Date = now,
            MessageId = $"{id}@{hostname}",
            Subject = $"Report Domain: {report.Domain} Submitter: {report.Submitter} Report-ID: <{report.Id}>",
        };
        message.From.Add(new MailboxAddress(string.Empty, report.Options.From));
        message.To.Add(new MailboxAddress(string.Empty, to));
        message.Headers.Add("TLS-Report-Domain", report.Domain);
        message.Headers.Add("TLS-Report-Submitter", report.Submitter);

        // RFC 8689 §5: what tells of broken TLS must not wait until it works.
        message.Headers.Add("TLS-Required", "No");
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        var octets = report.Compress();
        message.Body = new MultipartReport("tlsrpt")
        {
            new TextPart("plain") { Text = $"This is a report of {report.Date:yyyy-MM-dd} (UTC) on TLS with mail servers of {report.Domain} (RFC 8460).\r\n" },
            new MimePart("application", "tlsrpt+gzip")
            {
                Content = new MimeContent(new MemoryStream(octets)),
                ContentTransferEncoding = ContentEncoding.Base64,
                ContentDisposition = new ContentDisposition(ContentDisposition.Attachment) { FileName = report.FileName },
            },
        };
        return message;
    }

    private static MessageContent Write(MimeMessage message)
    {
        using var stream = new MemoryStream();
        message.WriteTo(DsnBuilder.Format, stream);
        var length = (int)stream.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        stream.GetBuffer().AsSpan(0, length).CopyTo(rented);
        return new MessageContent(rented, length, length, null);
    }
}
