namespace MailManager.Delivery.Srs;

/// <summary>Base32 (RFC 4648 §6): the alphabet that survives a change of case.</summary>
internal static class Base32
{
    public const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private const int BitsOfDigit = 5;

    /// <summary>The first <paramref name="digits"/> digits of octets, of which there must be enough.</summary>
    public static string Write(ReadOnlySpan<byte> octets, int digits)
    {
        Span<char> text = stackalloc char[digits];
        for (var i = 0; i < digits; i++)
        {
            var bit = i * BitsOfDigit;
            var pair = (octets[bit / 8] << 8) | (bit / 8 + 1 < octets.Length ? octets[bit / 8 + 1] : 0);
            text[i] = Alphabet[(pair >> (16 - BitsOfDigit - (bit % 8))) & 31];
        }

        return new string(text);
    }
}
