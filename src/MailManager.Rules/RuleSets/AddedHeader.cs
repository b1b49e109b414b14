using System.Text;
using MimeKit.Utils;

namespace MailManager.Rules.RuleSets;

/// <summary>A header field that an AddHeader or SetHeader action puts in front of the message. Immutable.</summary>
public sealed class AddedHeader
{
    internal AddedHeader(string name, string value)
    {
        Name = name;
        Value = value;
        var text = Ascii.IsValid(value) ? value : Encoding.ASCII.GetString(Rfc2047.EncodeText(Encoding.UTF8, value));
        Line = Encoding.ASCII.GetBytes($"{name}: {text}\r\n");
    }

    public string Name { get; }

    /// <summary>As the action gives it; free of control characters.</summary>
    public string Value { get; }

    /// <summary>
    /// The complete line, ending in CRLF, ASCII only: a value with other characters is written in encoded words (RFC 2047), because the next server
    /// need not accept them raw. At most 998 octets with the API's limits on names and values.
    /// </summary>
    public ReadOnlyMemory<byte> Line { get; }
}
