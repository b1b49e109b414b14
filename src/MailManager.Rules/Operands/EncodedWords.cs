using System.Text;
using MimeKit.Utils;

namespace MailManager.Rules.Operands;

/// <summary>Readable text of header values with encoded words (RFC 2047).</summary>
internal static class EncodedWords
{
    /// <summary>Longer texts stay encoded; no mail program writes them, and decoding them has no use but to cost time.</summary>
    internal const int MaxLength = 64 * 1024;

    /// <summary>Cheap test whether decoding could change anything.</summary>
    public static bool MayOccur(ReadOnlySpan<char> text) => text.Length <= MaxLength && text.Contains("=?", StringComparison.Ordinal);

    /// <summary>Decodes all encoded words. Broken ones stay as they are. Allocates.</summary>
    public static string Decode(ReadOnlySpan<char> text)
    {
        var octets = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = Encoding.UTF8.GetBytes(text, octets);
        return Rfc2047.DecodeText(octets, 0, length);
    }
}
