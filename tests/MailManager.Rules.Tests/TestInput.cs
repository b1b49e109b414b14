using System.Net;
using System.Security.Authentication;
using System.Text;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;
using MailManager.Messages.Verdicts;
using MailManager.Rules.Operands;

namespace MailManager.Rules.Tests;

/// <summary>Makes inputs from text.</summary>
internal static class TestInput
{
    public static SessionFacts Session(
        string client = "192.0.2.1",
        SslProtocols tls = SslProtocols.None,
        string helo = "client.example",
        bool wrapped = false,
        ClientCertificate? certificate = null,
        string? reverseName = null) => new()
        {
            Client = new IPEndPoint(IPAddress.Parse(client), 25),
            Helo = helo,
            TlsProtocol = tls,
            IsTlsWrapped = wrapped,
            ClientCertificate = certificate,
            ReverseName = reverseName,
        };

    /// <summary>An input with a session and a message of these header lines (LF is made CRLF).</summary>
    public static RuleInput Message(
        string header = "",
        string mailFrom = "sender@example.net",
        long? size = null,
        SessionFacts? session = null,
        MessageVerdicts? verdicts = null,
        AttachmentFacts? attachments = null)
    {
        var octets = Encoding.UTF8.GetBytes(header.ReplaceLineEndings("\r\n") + "\r\n\r\nbody\r\n");
        var index = new HeaderIndex();
        index.Build(octets);
        var input = new RuleInput(_ => attachments ?? AttachmentFacts.None);
        input.SetSession(session ?? Session());
        input.SetMessage(mailFrom, octets, index, size ?? octets.Length, () => Stream.Null);
        input.SetVerdicts(verdicts ?? MessageVerdicts.None);
        return input;
    }
}
