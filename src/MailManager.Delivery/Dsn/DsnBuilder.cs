using System.Buffers;
using System.Text;
using MailManager.Delivery.Routing;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Queue.History;
using MailManager.Smtp.Grammar;
using MimeKit;

namespace MailManager.Delivery.Dsn;

/// <summary>
/// Makes delivery status notifications (RFC 3464): a multipart/report of an explanation, the machine-readable status and the header of the
/// message, or all of it, from the null reverse-path, so that a notification never begets another one. Thread-safe.
/// </summary>
public sealed class DsnBuilder
{
    internal static readonly FormatOptions Format = CreateFormat();

    private readonly DeliveryOptions _options;
    private readonly NotificationLimiter? _limiter;

    /// <summary>Makes as many as are asked for.</summary>
    /// <param name="options">Names us, and says how notifications leave.</param>
    public DsnBuilder(DeliveryOptions options)
        : this(options, limiter: null)
    {
    }

    internal DsnBuilder(DeliveryOptions options, NotificationLimiter? limiter)
    {
        _options = options;
        _limiter = limiter;
    }

    /// <summary>Whether somebody can be told: the reverse-path has a domain.</summary>
    public static bool CanTell(string reversePath)
    {
        var at = reversePath.LastIndexOf('@');
        return at > 0 && at < reversePath.Length - 1;
    }

    /// <summary>
    /// A message for the queue, or null when there is nobody to tell: the reverse-path is null or has no domain, nobody asked for this news, or too many
    /// notifications went to the sender or in all. The content's reference belongs to the caller.
    /// </summary>
    public AcceptedMessage? Build(DsnRequest request, DateTimeOffset now)
    {
        var recipients = request.Recipients.Where(recipient => recipient.IsWanted).ToArray();
        if (!CanTell(request.ReversePath) || recipients.Length == 0 || _limiter?.TryTake(request.MessageId, request.ReversePath) == false)
        {
            return null;
        }

        var id = MessageId.New(now);
        var content = Write(Compose(request, recipients, id, now));
        var message = new QueuedMessage
        {
            Id = id,
            Origin = "dsn",
            History = new MessageHistory.Notification(request.MessageId),
            ReceivedAt = now,
            ExpiresAt = now + _options.Expiry,
            Envelope = new MessageEnvelope(string.Empty, [request.ReversePath], Ascii.IsValid(content.Head.Span) ? BodyType.SevenBit : BodyType.EightBitMime)
            {
                Options = Wishes(request),
            },
            Deliveries =
            [
                new DeliveryInstructions
                {
                    Destination = _options.DsnRelay is { } relay ? DestinationKey.ForRelay(relay) : DestinationKey.ForDomain(request.ReversePath[(request.ReversePath.LastIndexOf('@') + 1)..]),
                    ReversePath = string.Empty,
                    Recipients = [request.ReversePath],
                    Prefix = default,
                    MaySign = true,
                },
            ],
        };
        return new AcceptedMessage(message, content);
    }

    /// <summary>A notification of a message with REQUIRETLS has it too (RFC 8689 §5), one to a UTF-8 address has SMTPUTF8 (RFC 6533 §4).</summary>
    private static MailOptions? Wishes(DsnRequest request)
    {
        var isUtf8 = request.Options is { IsUtf8: true } && !Ascii.IsValid(request.ReversePath);
        var requireTls = request.Options is { RequireTls: true };
        return isUtf8 || requireTls ? new MailOptions { IsUtf8 = isUtf8, RequireTls = requireTls } : null;
    }

    private MimeMessage Compose(DsnRequest request, DsnRecipient[] recipients, MessageId id, DateTimeOffset now)
    {
        var isUtf8 = request.Options is { IsUtf8: true }
            && !(Ascii.IsValid(request.ReversePath) && Ascii.IsValid(request.Header.Span) && Array.TrueForAll(recipients, recipient => Ascii.IsValid(recipient.Recipient)));

        // RFC 3461 §4.3: only a failure brings more than the header back.
        var isFull = DsnRequest.WantsMessage(request.Options) && Array.Exists(recipients, recipient => recipient.Action == DsnAction.Failed);
        var returned = ReturnedPart.Create(request, isFull, isUtf8);
        var message = new MimeMessage { Date = now, Subject = Explanation.Subject(recipients), MessageId = $"{id}@{_options.Hostname}" };
        message.From.Add(request.Sender is { } sender
            ? new MailboxAddress(string.Empty, sender)
            : new MailboxAddress("Mail Delivery System", $"MAILER-DAEMON@{_options.Hostname}"));
        var to = $"<{DsnAddress.Show(request.ReversePath, isUtf8)}>";
        if (Ascii.IsValid(to))
        {
            message.Headers.Replace(HeaderId.To, to);
        }
        else
        {
            message.Headers.Replace(StatusPart.RawHeader("To", to));
        }

        message.Headers.Add(HeaderId.AutoSubmitted, "auto-replied");
        var text = Explanation.Text(recipients, _options.Hostname, request.Text, returned.ContentType.MediaSubtype is "rfc822" or "global", isUtf8);
        message.Body = new MultipartReport("delivery-status")
        {
            new TextPart("plain") { ContentTransferEncoding = Ascii.IsValid(text) ? ContentEncoding.SevenBit : ContentEncoding.EightBit, Text = text },
            StatusPart.Create(request, recipients, _options.Hostname, isUtf8),
            returned,
        };
        return message;
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
