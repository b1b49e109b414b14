using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Smtp.Grammar;
using MailManager.Messages.Headers;
using MailManager.Queue;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Pool;

/// <summary>Makes what the SMTP client sends of what the queue holds. Keeps an index, so one for each worker; not thread-safe.</summary>
internal sealed class OutgoingMessageFactory
{
    private readonly HeaderIndex _index = new();

    public OutgoingMessage Create(QueuedDelivery delivery, MessageContent content, ReadOnlyMemory<string> recipients) => new()
    {
        ReversePath = delivery.Instructions.ReversePath,
        Recipients = recipients,
        IsEightBit = delivery.Envelope.Body == BodyType.EightBitMime,
        Prefix = delivery.Instructions.Prefix,
        NeedsSeparator = NeedsSeparator(delivery.Instructions.Prefix.Span, content.Head.Span),
        Head = content.Head,
        Rest = content.IsInMemory ? null : new BodyFileReader(content.File!),
        ContentLength = content.Length,
    };

    /// <summary>
    /// The first line of a message must not become part of our header. Whoever made the prefix may have seen to that already; it is checked
    /// here once more because this is the last place before the wire.
    /// </summary>
    private bool NeedsSeparator(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> head) =>
        !prefix.IsEmpty && !prefix.EndsWith("\r\n\r\n"u8) && !StartsWell(head);

    /// <summary>The first line decides, so only that is looked at.</summary>
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
