using System.Text;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Queue;
using MailManager.Smtp.Client;
using MailManager.Smtp.Grammar;

namespace MailManager.Delivery.Pool;

/// <summary>
/// Makes what the SMTP client sends of what the queue holds. Keeps an index and a block, so one for each worker, whose message it is until the next;
/// not thread-safe.
/// </summary>
internal sealed class OutgoingMessageFactory
{
    private readonly HeaderIndex _index = new();
    private readonly HeaderRemoval _removal = new();

    public OutgoingMessage Create(
        QueuedDelivery delivery, MessageContent content, ReadOnlyMemory<string> recipients, ReadOnlyMemory<RecipientOptions?> recipientOptions)
    {
        var instructions = delivery.Instructions;
        var (prefix, start) = instructions.RemovedHeaders.IsEmpty
            ? (instructions.Prefix, 0)
            : _removal.Apply(instructions.RemovedHeaders, instructions.Prefix, content.Head.Span);
        return new OutgoingMessage
        {
            ReversePath = instructions.ReversePath,
            Recipients = recipients,
            RecipientOptions = recipientOptions,
            Options = delivery.Envelope.Options,
            HasUtf8Header = delivery.Envelope.Options is { IsUtf8: true } && HasUtf8Header(prefix.Span, content.Head.Span[start..]),
            Body = delivery.Envelope.Body,
            Prefix = prefix,
            NeedsSeparator = !prefix.IsEmpty && !StartsWell(content.Head.Span[start..]),
            Head = content.Head,
            Rest = content.IsInMemory ? null : new BodyFileReader(content.File!),
            ContentLength = content.Length,
            ContentStart = start,
        };
    }

    /// <param name="prefix">Header lines.</param>
    /// <param name="head">What follows: the rest of the header, then the body.</param>
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
