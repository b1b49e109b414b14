using MailManager.Messages.Envelope;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging;

namespace MailManager.Queue.Recovery;

/// <summary>What an opened spool holds: every delivery that is not settled, without bodies.</summary>
internal sealed class RecoveredSpool
{
    // Scans deliveries in the order of their keys, which keeps those of one message together.
    private const string SelectDeliveries = """
        SELECT d.key, d.message, d.destination, d.attempts, d.next_attempt_at, d.failure, d.instructions,
               m.id, m.received_at, m.expires_at, m.size, m.file, m.envelope
        FROM delivery d CROSS JOIN message m ON m.key=d.message ORDER BY d.key
        """;

    private readonly Dictionary<string, string> _destinations = new(StringComparer.Ordinal);

    private RecoveredSpool(KeySequence keys) => Keys = keys;

    public KeySequence Keys { get; }

    public List<(QueuedDelivery Delivery, DateTimeOffset NextAttemptAt)> Deliveries { get; } = [];

    /// <summary>Names of the body files in use.</summary>
    public HashSet<string> Files { get; } = new(StringComparer.Ordinal);

    public int Messages { get; private set; }

    public static RecoveredSpool Load(SqliteDatabase database, ILogger logger)
    {
        var spool = new RecoveredSpool(new KeySequence(
            database.QueryInteger("SELECT max(key) FROM message"), database.QueryInteger("SELECT max(key) FROM delivery")));
        spool.LoadFiles(database);
        spool.LoadDeliveries(database, logger);
        return spool;
    }

    private void LoadFiles(SqliteDatabase database)
    {
        using var files = database.Prepare("SELECT file FROM message WHERE file IS NOT NULL");
        while (files.Step())
        {
            Files.Add(files.Text(0)!);
        }
    }

    private void LoadDeliveries(SqliteDatabase database, ILogger logger)
    {
        using var rows = database.Prepare(SelectDeliveries);
        SpooledMessage? spooled = null;
        MessageId id = default;
        MessageEnvelope? envelope = null;
        while (rows.Step())
        {
            var message = rows.Integer(1);
            if (spooled?.Key != message)
            {
                Messages++;
                spooled = new SpooledMessage(message, rows.Text(11));
                envelope = rows.Blob(7).Length == 16 && EnvelopeRecord.TryRead(rows.Blob(12), out _, out var read) ? read : null;
                id = envelope is null ? default : MessageId.Read(rows.Blob(7));
            }

            // One that cannot be read counts too, so that its message stays.
            spooled.Deliveries++;
            if (envelope is null || !InstructionsRecord.TryRead(rows.Blob(6), Destination(rows.Text(2)!), out var instructions))
            {
                QueueLog.UnreadableRow(logger, rows.Integer(0), message);
                continue;
            }

            var delivery = new QueuedDelivery
            {
                Key = rows.Integer(0),
                MessageId = id,
                Envelope = envelope,
                ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(rows.Integer(8)),
                ExpiresAt = DateTimeOffset.FromUnixTimeMilliseconds(rows.Integer(9)),
                Instructions = Share(instructions, envelope),
                Attempts = rows.Int32(3),
                LastFailure = rows.Text(5),
                MessageSize = rows.Integer(10),
                Spooled = spooled,
            };
            Deliveries.Add((delivery, DateTimeOffset.FromUnixTimeMilliseconds(rows.Integer(4))));
        }
    }

    private string Destination(string read)
    {
        if (!_destinations.TryGetValue(read, out var destination))
        {
            _destinations.Add(read, destination = read);
        }

        return destination;
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
