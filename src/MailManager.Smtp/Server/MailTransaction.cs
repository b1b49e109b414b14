using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;

namespace MailManager.Smtp.Server;

/// <summary>What a session remembers of the transaction under way, so that nothing of one can reach the next: <see cref="End"/> forgets all of it.</summary>
internal sealed class MailTransaction
{
    private ChunkScanner _chunks;

    /// <summary>MAIL was accepted and the transaction has not ended.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Recipients accepted.</summary>
    public int Recipients { get; private set; }

    /// <summary>MAIL said SMTPUTF8.</summary>
    public bool IsUtf8 { get; private set; }

    /// <summary>MAIL said BODY=BINARYMIME.</summary>
    public bool IsBinary { get; private set; }

    /// <summary>Takes the message; null before DATA or the first BDAT.</summary>
    public IMessageSink? Sink { get; private set; }

    /// <summary>Checks the chunks of BDAT.</summary>
    public ref ChunkScanner Chunks => ref _chunks;

    public void Begin(bool isUtf8, bool isBinary)
    {
        IsOpen = true;
        IsUtf8 = isUtf8;
        IsBinary = isBinary;
    }

    public void AddRecipient() => Recipients++;

    public void BeginData(IMessageSink sink, long maxMessageSize)
    {
        Sink = sink;
        _chunks = new ChunkScanner(maxMessageSize, IsBinary);
    }

    public void End()
    {
        IsOpen = false;
        Recipients = 0;
        IsUtf8 = false;
        IsBinary = false;
        Sink = null;
        _chunks = default;
    }
}
