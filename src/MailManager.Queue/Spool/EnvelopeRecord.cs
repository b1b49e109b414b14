using MailManager.Messages.Envelope;
using MailManager.Smtp.Grammar;

namespace MailManager.Queue.Spool;

/// <summary>
/// <c>message.envelope</c>. Version 1: version (octet), body type (octet), origin (text), reverse-path (text), recipients (count, texts).
/// </summary>
internal static class EnvelopeRecord
{
    private const byte Version = 1;

    public static void Write(RecordWriter writer, string origin, MessageEnvelope envelope)
    {
        writer.WriteByte(Version);
        writer.WriteByte((byte)envelope.Body);
        writer.WriteText(origin);
        writer.WriteText(envelope.ReversePath);
        writer.WriteNumber(envelope.Recipients.Length);
        foreach (var recipient in envelope.Recipients)
        {
            writer.WriteText(recipient);
        }
    }

    /// <summary>False for a record of another version, a damaged one, or one with octets left over.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, out string origin, out MessageEnvelope envelope)
    {
        var reader = new RecordReader(record);
        origin = "";
        envelope = null!;
        if (!reader.TryReadByte(out var version) || version != Version
            || !reader.TryReadByte(out var body) || body > (byte)BodyType.EightBitMime
            || !reader.TryReadText(out origin)
            || !reader.TryReadText(out var reversePath)
            || !reader.TryReadTexts(out var recipients)
            || !reader.IsAtEnd)
        {
            return false;
        }

        envelope = new MessageEnvelope(reversePath, recipients, (BodyType)body);
        return true;
    }
}
