using System.Collections.Immutable;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Spool;

/// <summary>
/// <c>delivery.instructions</c>; the destination has a column of its own, so that the queue can be asked for it. Version 1: version
/// (octet), reverse-path (text), recipients (count, texts), prefix (octet string). Version 2, where something is asked for a recipient:
/// as version 1, then the options of the recipients (<see cref="RecipientOptionsRecord"/>). Version 3, for submissions and where header fields are
/// left out: as version 2, then flags (octet: 1 submission) and names of the fields (count, texts). Version 4, for mail that may be signed, ignores
/// TLS policies or leaves from a chosen pool: as version 3, with the flags 2 (may be signed) and 4 (ignores them), then the name of the pool (text, empty: none).
/// </summary>
internal static class InstructionsRecord
{
    private const byte Version = 1;
    private const byte VersionWithOptions = 2;
    private const byte VersionWithRemovals = 3;
    private const byte VersionWithEgress = 4;
    private const byte SubmissionFlag = 1;
    private const byte SignFlag = 2;
    private const byte PolicyFlag = 4;

    public static void Write(RecordWriter writer, DeliveryInstructions instructions)
    {
        var version = instructions.MaySign || instructions.IgnoresTlsPolicy || instructions.EgressPool is not null ? VersionWithEgress
            : instructions.IsSubmission || !instructions.RemovedHeaders.IsEmpty ? VersionWithRemovals
            : !instructions.RecipientOptions.IsEmpty ? VersionWithOptions
            : Version;
        writer.WriteByte(version);
        writer.WriteText(instructions.ReversePath);
        writer.WriteTexts(instructions.Recipients);
        writer.WriteBytes(instructions.Prefix.Span);
        if (version >= VersionWithOptions)
        {
            RecipientOptionsRecord.Write(writer, instructions.RecipientOptions);
        }

        if (version >= VersionWithRemovals)
        {
            writer.WriteByte((byte)((instructions.IsSubmission ? SubmissionFlag : 0) | (instructions.MaySign ? SignFlag : 0) | (instructions.IgnoresTlsPolicy ? PolicyFlag : 0)));
            writer.WriteTexts(instructions.RemovedHeaders);
        }

        if (version >= VersionWithEgress)
        {
            writer.WriteText(instructions.EgressPool ?? "");
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
        ImmutableArray<string> removed = [];
        byte flags = 0;
        var egress = "";
        if (!reader.TryReadByte(out var version) || version is < Version or > VersionWithEgress
            || !reader.TryReadText(out var reversePath)
            || !reader.TryReadTexts(out var recipients) || recipients.IsEmpty
            || !reader.TryReadBytes(out var prefix)
            || (version >= VersionWithOptions && !RecipientOptionsRecord.TryRead(ref reader, recipients.Length, out options))
            || (version >= VersionWithRemovals && !(reader.TryReadByte(out flags) && IsFlags(version, flags) && reader.TryReadTexts(out removed)))
            || (version >= VersionWithEgress && !reader.TryReadText(out egress))
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
            RemovedHeaders = removed,
            IsSubmission = (flags & SubmissionFlag) != 0,
            MaySign = (flags & SignFlag) != 0,
            IgnoresTlsPolicy = (flags & PolicyFlag) != 0,
            EgressPool = egress.Length == 0 ? null : egress,
        };
        return true;
    }

    private static bool IsFlags(byte version, byte flags) => flags <= (version >= VersionWithEgress ? SubmissionFlag | SignFlag | PolicyFlag : SubmissionFlag);
}
