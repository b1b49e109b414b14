using System.Text;

namespace MailManager.TestKit.Peers;

/// <summary>What a scripted server does when its client reaches a stage.</summary>
public abstract record PeerAction
{
    private PeerAction()
    {
    }

    /// <summary>Sends octets as they are, and then does what a server does after that reply (354 reads a message, and so on).</summary>
    public sealed record Send(byte[] Octets) : PeerAction;

    /// <summary>Sends octets, then closes.</summary>
    public sealed record SendAndClose(byte[] Octets) : PeerAction;

    /// <summary>Closes in order (FIN).</summary>
    public sealed record Close : PeerAction;

    /// <summary>Resets the connection (RST).</summary>
    public sealed record Reset : PeerAction;

    /// <summary>Says nothing more, and keeps the connection open until the server is disposed.</summary>
    public sealed record Hang : PeerAction;

    /// <summary>Sends the same octets again and again until the client is gone.</summary>
    public sealed record Flood(byte[] Octets) : PeerAction;

    /// <summary>Waits for a signal of the test, then replies; CRLF is added.</summary>
    public sealed record After(Task Signal, string Text) : PeerAction;

    /// <summary>Replies with what is made of the last line that came; CRLF is added.</summary>
    public sealed record Answer(Func<string, string> Text) : PeerAction;

    /// <summary>A reply, CRLF added.</summary>
    public static PeerAction Reply(string text) => new Send(Encoding.Latin1.GetBytes(text + "\r\n"));

    /// <summary>A reply, CRLF added, then the end.</summary>
    public static PeerAction ReplyAndClose(string text) => new SendAndClose(Encoding.Latin1.GetBytes(text + "\r\n"));
}
