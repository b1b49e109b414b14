using MailManager.Messages.Envelope;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Spool;

/// <summary>
/// <c>message.envelope</c>. Version 1: version (octet), body type (octet), origin (text), reverse-path (text), recipients (count, texts).
/// Version 2, for messages that asked for more: as version 1, then flags (octet: 1 SMTPUTF8, 2 REQUIRETLS), RET (octet), ENVID (text),
/// options of the recipients (<see cref="RecipientOptionsRecord"/>).
/// </summary>
internal static class EnvelopeRecord
{
    private const byte Version = 1;
    private const byte VersionWithOptions = 2;
    private const byte Utf8Flag = 1;
    private const byte RequireTlsFlag = 2;

    public static void Write(RecordWriter writer, string origin, MessageEnvelope envelope)
    {
        var hasOptions = envelope.Options is not null || !envelope.RecipientOptions.IsEmpty || envelope.Body > BodyType.EightBitMime;
        writer.WriteByte(hasOptions ? VersionWithOptions : Version);
        writer.WriteByte((byte)envelope.Body);
        writer.WriteText(origin);
        writer.WriteText(envelope.ReversePath);
        writer.WriteTexts(envelope.Recipients);
        if (hasOptions)
        {
            var options = envelope.Options ?? new MailOptions();
            writer.WriteByte((byte)((options.IsUtf8 ? Utf8Flag : 0) | (options.RequireTls ? RequireTlsFlag : 0)));
            writer.WriteByte((byte)options.Return);
            writer.WriteText(options.EnvelopeId);
            RecipientOptionsRecord.Write(writer, envelope.RecipientOptions);
        }
    }

    /// <summary>False for a record of another version, a damaged one, or one with octets left over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, out string origin, out MessageEnvelope envelope)
    {
        var reader = new RecordReader(record);
        origin = "";
        envelope = null!;
        if (!reader.TryReadByte(out var version) || version is not (Version or VersionWithOptions)
            || !reader.TryReadByte(out var body) || body > (byte)(version == Version ? BodyType.EightBitMime : BodyType.BinaryMime)
            || !reader.TryReadText(out origin)
            || !reader.TryReadText(out var reversePath)
            || !reader.TryReadTexts(out var recipients))
        {
            return false;
        }

        envelope = new MessageEnvelope(reversePath, recipients, (BodyType)body);
        return (version == Version || TryReadOptions(ref reader, ref envelope)) && reader.IsAtEnd;
    }

    private static bool TryReadOptions(ref RecordReader reader, ref MessageEnvelope envelope)
    {
        if (!reader.TryReadByte(out var flags) || flags > (Utf8Flag | RequireTlsFlag)
            || !reader.TryReadByte(out var ret) || ret > (byte)DsnReturn.Headers
            || !reader.TryReadText(out var envelopeId)
            || !RecipientOptionsRecord.TryRead(ref reader, envelope.Recipients.Length, out var recipientOptions))
        {
            return false;
        }

        envelope = envelope with
        {
            Options = flags == 0 && ret == 0 && envelopeId.Length == 0
                ? null
                : new MailOptions
                {
                    IsUtf8 = (flags & Utf8Flag) != 0,
                    RequireTls = (flags & RequireTlsFlag) != 0,
                    Return = (DsnReturn)ret,
                    EnvelopeId = envelopeId,
                },
            RecipientOptions = recipientOptions,
        };
        return true;
    }
}
