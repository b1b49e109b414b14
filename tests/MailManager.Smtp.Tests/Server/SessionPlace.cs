namespace MailManager.Smtp.Tests.Server;

/// <summary>Where the time of a session is over.</summary>
internal enum SessionPlace
{
    /// <summary>Between commands.</summary>
    Command,

    /// <summary>Within a command line.</summary>
    Line,

    /// <summary>Within what follows DATA.</summary>
    Data,

    /// <summary>Within a chunk, wanted or not.</summary>
    Chunk,

    /// <summary>The client owes a response to AUTH.</summary>
    Response,

    /// <summary>STARTTLS was answered 220.</summary>
    Handshake,

    /// <summary>The service owes an answer.</summary>
    Answer,
}
