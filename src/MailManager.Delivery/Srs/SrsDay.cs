namespace MailManager.Delivery.Srs;

/// <summary>The day in an SRS address: days since 1970, modulo 1024, as two base32 digits.</summary>
internal static class SrsDay
{
    private const int Days = 1024;
    private const int Digit = 32;

    public static string Write(DateTimeOffset now)
    {
        var day = Today(now);
        return $"{Base32.Alphabet[day / Digit]}{Base32.Alphabet[day % Digit]}";
    }

    /// <summary>In days; null when it is no day. Tomorrow counts as today, for another server of the same domain may have a clock that is ahead.</summary>
    public static int? Age(string text, DateTimeOffset now)
    {
        if (text.Length != 2 || Value(text[0]) is not { } high || Value(text[1]) is not { } low)
        {
            return null;
        }

        var day = (high * Digit) + low;
        var age = (Today(now) - day + Days) % Days;
        return age == Days - 1 ? 0 : age;
    }

    private static int? Value(char digit) => Base32.Alphabet.IndexOf(char.ToUpperInvariant(digit), StringComparison.Ordinal) is >= 0 and var value ? value : null;

    private static int Today(DateTimeOffset now) => (int)(now.ToUnixTimeSeconds() / (24 * 60 * 60) % Days);
}
