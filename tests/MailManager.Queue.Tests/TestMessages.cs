using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue.History;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Tests;

/// <summary>Messages to queue.</summary>
internal static class TestMessages
{
    public static readonly DateTimeOffset Epoch = new(2026, 1, 5, 8, 0, 0, TimeSpan.Zero);

    public static QueuedMessage Message(params ImmutableArray<DeliveryInstructions> deliveries) => new()
    {
        Id = MessageId.New(DateTimeOffset.UtcNow),
        Origin = "front-door",
        ReceivedAt = Epoch,
        ExpiresAt = Epoch.AddDays(4),
        Envelope = new MessageEnvelope("sender@example.org", [.. deliveries.SelectMany(delivery => delivery.Recipients)], BodyType.EightBitMime),
        Deliveries = deliveries,
    };

    public static QueuedMessage Message(DeliveryInstructions delivery, MessageHistory history, MessageId? id = null) => new()
    {
        Id = id ?? MessageId.New(DateTimeOffset.UtcNow),
        Origin = "front-door",
        ReceivedAt = Epoch,
        ExpiresAt = Epoch.AddDays(4),
        Envelope = new MessageEnvelope("sender@example.org", delivery.Recipients, BodyType.EightBitMime),
        History = history,
        Deliveries = [delivery],
    };

    public static DeliveryInstructions To(string destination, params ImmutableArray<string> recipients) => new()
    {
        Destination = destination,
        ReversePath = "sender@example.org",
        Recipients = recipients,
        Prefix = "Received: from here\r\n"u8.ToArray(),
    };

    /// <summary>Random octets; the first 32 are the hash of the others.</summary>
    public static MessageContent Content(int size, MailQueue? fileIn = null)
    {
        var rented = ArrayPool<byte>.Shared.Rent(size);
        RandomNumberGenerator.Fill(rented.AsSpan(0, size));
        if (size > 32)
        {
            SHA256.HashData(rented.AsSpan(32, size - 32), rented);
        }

        if (fileIn is null)
        {
            return new MessageContent(rented, size, size, file: null);
        }

        var file = fileIn.BodyFiles.Create();
        file.Append(rented.AsSpan(0, size / 2));
        file.Append(rented.AsSpan(size / 2, size - (size / 2)));
        return new MessageContent(rented, size / 4, size, file);
    }

    /// <summary>All octets, wherever they are.</summary>
    public static byte[] Bytes(MessageContent content)
    {
        if (content.IsInMemory)
        {
            return content.Head.ToArray();
        }

        var bytes = new byte[content.Length];
        var read = 0;
        while (read < bytes.Length && content.File!.Read(bytes.AsSpan(read), read) is > 0 and var count)
        {
            read += count;
        }

        Assert.Equal(bytes.Length, read);
        Assert.True(content.Head.Span.SequenceEqual(bytes.AsSpan(0, content.Head.Length)));
        return bytes;
    }

    public static bool IsIntact(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes[32..]).AsSpan().SequenceEqual(bytes[..32]);

    /// <summary>Accepts a message and gives the caller's reference back.</summary>
    public static async Task<AcceptResult> AcceptAsync(MailQueue queue, QueuedMessage message, MessageContent content)
    {
        var result = await queue.AcceptAsync(new AcceptedMessage(message, content));
        content.Release();
        return result;
    }
}
