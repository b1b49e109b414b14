namespace MailManager.Smtp.Server;

/// <summary>What the session has to do after a command.</summary>
internal enum NextStep : byte
{
    /// <summary>Nothing special: take the next command.</summary>
    Continue,

    /// <summary>All complete lines are done: answer them and wait for more input.</summary>
    ReadMore,

    /// <summary>Enough has been answered to send it before more is taken.</summary>
    Flush,

    /// <summary>The answer is not there yet: wait for it.</summary>
    Wait,

    /// <summary>Keep the answer back for a while.</summary>
    Pause,

    /// <summary>354 was given: what follows is message data.</summary>
    ReceiveData,

    /// <summary>What follows is a chunk of the message.</summary>
    ReceiveChunk,

    /// <summary>What follows is a chunk that nobody wants.</summary>
    DiscardChunk,

    /// <summary>220 was given: the TLS handshake follows.</summary>
    StartTls,

    /// <summary>Send what was answered and close.</summary>
    Close,
}
