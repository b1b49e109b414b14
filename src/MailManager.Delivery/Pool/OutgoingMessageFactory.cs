using System.Text;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Queue;
using MailManager.Smtp.Client;
using MailManager.Smtp.Grammar;

namespace MailManager.Delivery.Pool;

/// <summary>Makes what the SMTP client sends of what the queue holds. Keeps an index, so one for each worker; not thread-safe.</summary>
internal sealed class OutgoingMessageFactory
{
    private readonly HeaderIndex _index = new();

    public OutgoingMessage Create(
        QueuedDelivery delivery, MessageContent content, ReadOnlyMemory<string> recipients, ReadOnlyMemory<RecipientOptions?> recipientOptions) => new()
        {
            ReversePath = delivery.Instructions.ReversePath,
            Recipients = recipients,
            RecipientOptions = recipientOptions,
            Options = delivery.Envelope.Options,
            HasUtf8Header = delivery.Envelope.Options is { IsUtf8: true } && HasUtf8Header(delivery.Instructions.Prefix.Span, content.Head.Span),
            Body = delivery.Envelope.Body,
            Prefix = delivery.Instructions.Prefix,
            NeedsSeparator = !delivery.Instructions.Prefix.IsEmpty && !StartsWell(content.Head.Span),
            Head = content.Head,
            Rest = content.IsInMemory ? null : new BodyFileReader(content.File!),
            ContentLength = content.Length,
        };

    private bool HasUtf8Header(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> head)
    {
        _index.Build(head);
        return !Ascii.IsValid(prefix) || !Ascii.IsValid(head[..Math.Min(_index.Length, head.Length)]);
    }

    /// <summary>
    /// Otherwise an empty line has to end our header, or the message's first line would become part of it. The first line decides, so only that is
    /// looked at.
    /// </summary>
    private bool StartsWell(ReadOnlySpan<byte> head)
    {
        var lineFeed = head.IndexOf((byte)'\n');
        _index.Build(lineFeed < 0 ? head : head[..(lineFeed + 1)]);
        return _index.IsWellFormedStart;
    }

    private sealed class BodyFileReader(IBodyFile file) : IContentReader
    {
        public int Read(Span<byte> destination, long offset) => file.Read(destination, offset);
    }
}
