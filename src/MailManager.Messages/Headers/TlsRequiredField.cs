using System.Text;

namespace MailManager.Messages.Headers;

/// <summary>The header field <c>TLS-Required</c> (RFC 8689 §5), by which a sender asks that a message rather arrives than is protected.</summary>
public static class TlsRequiredField
{
    /// <summary>The message has it once, and it says <c>No</c>, the only value that has a meaning.</summary>
    public static bool SaysNo(in HeaderView header)
    {
        var index = header.IndexOf("TLS-Required"u8);
        return index >= 0
            && Ascii.EqualsIgnoreCase(header[index].Value.Trim(" \t\r\n"u8), "No"u8)
            && header.IndexOf("TLS-Required"u8, index + 1) < 0;
    }
}
