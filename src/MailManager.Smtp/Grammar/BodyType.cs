namespace MailManager.Smtp.Grammar;

/// <summary>Body type that the client declares with <c>BODY=</c> (RFC 6152 §2, RFC 3030 §3). The values are stored in the spool.</summary>
public enum BodyType : byte
{
    SevenBit = 0,
    EightBitMime = 1,

    /// <summary>Any octets in any order; only with BDAT.</summary>
    BinaryMime = 2,
}
