using System.Collections.Immutable;
using System.Net;
using System.Security.Authentication;
using System.Text;
using MailManager.Messages.Envelope;
using MailManager.Messages.Headers;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>One concrete message with its session and one recipient: what an analysis shows as its proof. Immutable.</summary>
public sealed record MessageCase
{
    /// <summary>A message as it may come to anyone: addresses for documentation (RFC 6890), clear text, no header.</summary>
    public static MessageCase Default { get; } = new();

    public IPAddress Client { get; init; } = IPAddress.Parse("192.0.2.1");

    public string Helo { get; init; } = "client.example";

    /// <summary>Null: none.</summary>
    public string? ReverseName { get; init; }

    /// <summary><see cref="SslProtocols.None"/>: clear text.</summary>
    public SslProtocols Tls { get; init; }

    public bool IsTlsWrapped { get; init; }

    /// <summary>Null: nobody logged in.</summary>
    public string? AuthenticatedAs { get; init; }

    public ClientCertificate? Certificate { get; init; }

    /// <summary>Empty for the null reverse-path.</summary>
    public string ReversePath { get; init; } = "sender@example.net";

    public string Recipient { get; init; } = "recipient@example.org";

    public ImmutableArray<HeaderLine> Header { get; init; } = [];

    /// <summary>Octets of the whole message; null: what the header and an empty body have.</summary>
    public long? Size { get; init; }

    /// <summary>False when the size is less than the header needs.</summary>
    public bool IsPossible => Size is null || Size >= Head().Length;

    public SessionFacts Session() => new()
    {
        Client = new IPEndPoint(Client, 0),
        Helo = Helo,
        IsExtended = true,
        ReverseName = ReverseName,
        TlsProtocol = Tls,
        IsTlsWrapped = IsTlsWrapped,
        AuthenticatedAs = AuthenticatedAs,
        ClientCertificate = Certificate,
    };

    /// <summary>The header block with the empty line after it.</summary>
    public byte[] Head()
    {
        var text = new StringBuilder();
        foreach (var line in Header)
        {
            text.Append(line.Name).Append(": ").Append(line.Value).Append("\r\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>The whole message: the header, and as much of a body as its size asks for.</summary>
    public byte[] ToMessage()
    {
        const string Line = "0123456789012345678901234567890123456789012345678901234567890123456789012345\r\n";
        var head = Head();
        var message = new byte[Math.Max(head.Length, Size ?? 0)];
        head.CopyTo(message, 0);
        for (var i = head.Length; i < message.Length; i++)
        {
            message[i] = (byte)Line[(i - head.Length) % Line.Length];
        }

        return message;
    }

    /// <summary>A new input that is set to this case.</summary>
    public RuleInput ToInput()
    {
        var head = Head();
        var index = new HeaderIndex();
        index.Build(head);
        var input = new RuleInput();
        input.SetSession(Session());
        input.SetMessage(ReversePath, head, index, Size ?? head.Length);
        return input;
    }
}

/// <summary>One header field of a <see cref="MessageCase"/>.</summary>
public sealed record HeaderLine(string Name, string Value);
