namespace MailManager.Smtp.Grammar;

/// <summary>Body type that the client declares with <c>BODY=</c> (RFC 6152 §2). The values are stored in the spool.</summary>
public enum BodyType : byte
{
    SevenBit = 0,
    EightBitMime = 1,
}
