using System.Text;

namespace MailManager.Resources.AddressLists;

/// <summary>What the two formats have in common.</summary>
internal static class Utf8Items
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The byte order mark that some programs begin a file with.</summary>
    public static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    /// <summary>Null when these octets are not UTF-8.</summary>
    public static string? Decode(ReadOnlySpan<byte> octets)
    {
        try
        {
            return Strict.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
