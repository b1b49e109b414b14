namespace MailManager.Smtp.Framing;

/// <summary>Takes the octets of a message while they arrive.</summary>
public interface IMessageSink
{
    /// <summary>
    /// Appends a run of octets. Must not throw: a sink that can take no more remembers why and swallows the rest, since the data phase has to
    /// be read to its end before it can be answered.
    /// </summary>
    void Append(ReadOnlySpan<byte> octets);
}
