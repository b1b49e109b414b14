using System.Collections.Immutable;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Spool;

/// <summary>
/// <c>delivery.instructions</c>; the destination has a column of its own, so that the queue can be asked for it. Version 1: version
/// (octet), reverse-path (text), recipients (count, texts), prefix (octet string). Version 2, where something is asked for a recipient:
/// as version 1, then the options of the recipients (<see cref="RecipientOptionsRecord"/>).
/// </summary>
internal static class InstructionsRecord
{
    private const byte Version = 1;
    private const byte VersionWithOptions = 2;

    public static void Write(RecordWriter writer, DeliveryInstructions instructions)
    {
        var hasOptions = !instructions.RecipientOptions.IsEmpty;
        writer.WriteByte(hasOptions ? VersionWithOptions : Version);
        writer.WriteText(instructions.ReversePath);
        writer.WriteNumber(instructions.Recipients.Length);
        foreach (var recipient in instructions.Recipients)
        {
            writer.WriteText(recipient);
        }

        writer.WriteBytes(instructions.Prefix.Span);
        if (hasOptions)
        {
            RecipientOptionsRecord.Write(writer, instructions.RecipientOptions);
        }
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
        ImmutableArray<RecipientOptions?> options = [];
        if (!reader.TryReadByte(out var version) || version is not (Version or VersionWithOptions)
            || !reader.TryReadText(out var reversePath)
            || !reader.TryReadTexts(out var recipients) || recipients.IsEmpty
            || !reader.TryReadBytes(out var prefix)
            || (version == VersionWithOptions && !RecipientOptionsRecord.TryRead(ref reader, recipients.Length, out options))
            || !reader.IsAtEnd)
        {
            return false;
        }

        instructions = new DeliveryInstructions
        {
            Destination = destination,
            ReversePath = reversePath,
            Recipients = recipients,
            RecipientOptions = options,
            Prefix = prefix.ToArray(),
        };
        return true;
    }
}
