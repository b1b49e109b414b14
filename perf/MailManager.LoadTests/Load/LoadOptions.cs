using System.Net;
using MailManager.LoadTests.Messages;

namespace MailManager.LoadTests.Load;

/// <summary>One load run. Bounded by <see cref="Messages"/> or <see cref="Duration"/>, at least one of which is set.</summary>
internal sealed record LoadOptions
{
    public required IPEndPoint Server { get; init; }

    /// <summary>Connections, and so the most messages under way at once.</summary>
    public required int Sessions { get; init; }

    /// <summary>Arrivals per second, evenly spaced; 0 is closed loop (a session sends its next message at once).</summary>
    public required double Rate { get; init; }

    /// <summary>Messages to attempt; 0 is no limit.</summary>
    public required long Messages { get; init; }

    /// <summary>No message starts after this; zero is no limit.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Messages sent first, closed loop, which no figure holds (the ack log does); 0 is none.</summary>
    public required long WarmUp { get; init; }

    public required SizeMix Sizes { get; init; }

    /// <summary>Messages before a session says QUIT and connects anew; 0 keeps the connection.</summary>
    public required int MessagesPerConnection { get; init; }

    public required bool StartTls { get; init; }

    /// <summary>MAIL, RCPT and DATA in one write, if the server offers it (RFC 2920).</summary>
    public required bool Pipelining { get; init; }

    /// <summary>Recipients of each message: the first is <see cref="To"/>, others have <c>-1</c>, <c>-2</c> at the local part.</summary>
    public required int Recipients { get; init; }

    public required string From { get; init; }

    public required string To { get; init; }

    public required string? AckLog { get; init; }

    /// <summary>Longest wait for one reply.</summary>
    public required TimeSpan ReplyTimeout { get; init; }

    /// <summary>A session ends the run after being without a connection for so long.</summary>
    public required TimeSpan GiveUpAfter { get; init; }
}
