using System.Text;
using System.Text.RegularExpressions;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>A message as the catcher has it.</summary>
/// <param name="Message">Envelope and octets.</param>
/// <param name="Session">The catcher's session, with the commands that it was given.</param>
internal sealed partial record ArrivedMessage(ReceivedMessage Message, ScriptedSession Session)
{
    public string Text => Encoding.UTF8.GetString(Message.Data);

    /// <summary>The id in the topmost Received field of a message, which is the gateway's.</summary>
    public static string IdOf(byte[] data) => Received().Match(Encoding.UTF8.GetString(data)).Groups["id"].Value;

    /// <summary>
    /// Checks the gateway's Received field: the name that the client gave, its address, the registered word for how it came and, where that
    /// word says so, the version of TLS.
    /// </summary>
    public ArrivedMessage Came(string with, string helo, string address = "127.0.0.1")
    {
        var match = Received().Match(Text);
        Assert.True(match.Success, Text);
        Assert.Equal((helo, address, with), (match.Groups["helo"].Value, match.Groups["address"].Value, match.Groups["with"].Value));
        Assert.Equal(with is "ESMTPS" or "ESMTPSA" or "LMTPS" or "LMTPSA" or "UTF8SMTPS" or "UTF8SMTPSA", match.Groups["tls"].Success);
        return this;
    }

    /// <summary>Checks that the message ends with this body, lines ended by CRLF.</summary>
    public ArrivedMessage EndsWith(string body)
    {
        Assert.EndsWith("\r\n\r\n" + body, Text, StringComparison.Ordinal);
        return this;
    }

    [GeneratedRegex(
        @"^Received: from (?<helo>\S+) \(\[(?<address>[^\]]+)\]\)(?:\r\n\t\(using (?<tls>TLSv1\.[23]) with cipher \w+\))?"
        + @"\r\n\tby mx\.example\.com \(MailManager\) with (?<with>\w+) id (?<id>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Received();
}
