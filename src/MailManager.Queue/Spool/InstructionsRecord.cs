namespace MailManager.Queue.Spool;

/// <summary>
/// <c>delivery.instructions</c>; the destination has a column of its own, so that the queue can be asked for it. Version 1: version
/// (octet), reverse-path (text), recipients (count, texts), prefix (octet string).
/// </summary>
internal static class InstructionsRecord
{
    private const byte Version = 1;

    public static void Write(RecordWriter writer, DeliveryInstructions instructions)
    {
        writer.WriteByte(Version);
        writer.WriteText(instructions.ReversePath);
        writer.WriteNumber(instructions.Recipients.Length);
        foreach (var recipient in instructions.Recipients)
        {
            writer.WriteText(recipient);
        }

        writer.WriteBytes(instructions.Prefix.Span);
    }

    /// <summary>The record alone.</summary>
    public static byte[] ToArray(DeliveryInstructions instructions)
    {
        var writer = new RecordWriter();
        Write(writer, instructions);
        return writer.Written.ToArray();
    }

    /// <summary>False for a record of another version, a damaged one, one without recipients, or one with octets left over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, string destination, out DeliveryInstructions instructions)
    {
        var reader = new RecordReader(record);
        instructions = null!;
        if (!reader.TryReadByte(out var version) || version != Version
            || !reader.TryReadText(out var reversePath)
            || !reader.TryReadTexts(out var recipients) || recipients.IsEmpty
            || !reader.TryReadBytes(out var prefix)
            || !reader.IsAtEnd)
        {
            return false;
        }

        instructions = new DeliveryInstructions
        {
            Destination = destination,
            ReversePath = reversePath,
            Recipients = recipients,
            Prefix = prefix.ToArray(),
        };
        return true;
    }
}
