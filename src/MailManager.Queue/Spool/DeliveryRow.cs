using MailManager.Messages.Envelope;
using MailManager.Queue.Schedule;

namespace MailManager.Queue.Spool;

/// <summary>A row of <c>delivery</c> with its message's, as a delivery.</summary>
internal static class DeliveryRow
{
    /// <summary>What <see cref="TryRead"/> reads; others can follow.</summary>
    public const string Columns = """
        d.key, d.message, d.destination, d.attempts, d.next_attempt_at, d.failure, d.instructions, d.bounced_by, d.state,
        m.id, m.received_at, m.expires_at, m.size, m.file, m.envelope
        """;

    /// <summary>Where from; what follows can name <c>d</c>, the delivery, and <c>m</c>, its message.</summary>
    public const string From = "FROM delivery d CROSS JOIN message m ON m.key=d.message";

    /// <summary>Selects rows for <see cref="TryRead"/>.</summary>
    public const string Select = $"SELECT {Columns} {From}";

    /// <summary>False when the row is damaged.</summary>
    /// <param name="row">At a row.</param>
    /// <param name="destination">The text of its destination, to be shared by many.</param>
    /// <param name="clock">What the times of the row are of.</param>
    /// <param name="delivery">The delivery, with neither attempt nor content.</param>
    public static bool TryRead(SqliteStatement row, string destination, QueueClock clock, out QueuedDelivery delivery)
    {
        delivery = null!;
        if (row.Blob(9).Length != 16
            || !EnvelopeRecord.TryRead(row.Blob(14), out _, out var envelope)
            || !InstructionsRecord.TryRead(row.Blob(6), destination, out var instructions))
        {
            return false;
        }

        delivery = new QueuedDelivery
        {
            Key = row.Integer(0),
            MessageId = MessageId.Read(row.Blob(9)),
            Envelope = envelope,
            Clock = clock,
            ReceivedAt = clock.ToWall(row.Integer(10)),
            ExpiresAt = clock.ToWall(row.Integer(11)),
            Instructions = Share(instructions, envelope),
            Attempts = row.Int32(3),
            LastFailure = row.Text(5),
            MessageSize = row.Integer(12),
            BouncedBy = row.Text(7),
            HasExpiredHeld = row.Int32(8) == (int)RowState.Held,
            Spooled = new SpooledMessage(row.Integer(1), row.Text(13)),
        };
        return true;
    }

    /// <summary>Most deliveries keep the envelope's addresses; then they are in memory once.</summary>
    private static DeliveryInstructions Share(DeliveryInstructions instructions, MessageEnvelope envelope) => instructions with
    {
        ReversePath = instructions.ReversePath == envelope.ReversePath ? envelope.ReversePath : instructions.ReversePath,
        Recipients = instructions.Recipients.AsSpan().SequenceEqual(envelope.Recipients.AsSpan())
            ? envelope.Recipients
            : instructions.Recipients,
        RecipientOptions = instructions.RecipientOptions.AsSpan().SequenceEqual(envelope.RecipientOptions.AsSpan())
            ? envelope.RecipientOptions
            : instructions.RecipientOptions,
    };
}
