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

    /// <summary>Sends these octets if there are any, then nothing more, and keeps the connection open until the server is disposed.</summary>
    public sealed record Hang(byte[]? First = null) : PeerAction;

    /// <summary>As <see cref="Send"/>, each octet in a segment of its own.</summary>
    public sealed record Split(byte[] Octets) : PeerAction;

    /// <summary>Sends the octets one by one, again and again until the client is gone; the test moves its clock before each.</summary>
    public sealed record Drip(byte[] Octets, Action Pause) : PeerAction;

    /// <summary>Takes the message as if it had said so, which it does not: what it does instead follows. Only where a message ends.</summary>
    public sealed record Take(PeerAction Then) : PeerAction;

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
