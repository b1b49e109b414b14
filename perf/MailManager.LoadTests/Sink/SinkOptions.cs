using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace MailManager.LoadTests.Sink;

/// <summary>A point in the dialogue at which the sink can close the connection without a word.</summary>
internal enum DropStage
{
    None,
    Mail,
    Rcpt,
    Data,

    /// <summary>After the final dot has arrived, before any answer: the sender must send again.</summary>
    Dot,
}

/// <summary>How the sink behaves. Shares are between 0 and 1.</summary>
internal sealed record SinkOptions
{
    public required IPEndPoint Listen { get; init; }

    /// <summary>Share of transactions answered 451 at the final dot; drawn anew at each try, so retries get through.</summary>
    public required double Defer { get; init; }

    /// <summary>Share of messages answered 554 at the final dot; the same ones at each try.</summary>
    public required double Reject { get; init; }

    public required DropStage DropAt { get; init; }

    /// <summary>Share of sessions that are dropped at <see cref="DropAt"/>.</summary>
    public required double Drop { get; init; }

    public required bool Pipelining { get; init; }

    /// <summary>Certificate for STARTTLS; null does not offer it.</summary>
    public required X509Certificate2? Certificate { get; init; }

    /// <summary>Under TLS, mail is taken only after AUTH PLAIN, with any name and password.</summary>
    public required bool WantsLogin { get; init; }

    /// <summary>Longest wait for the client's next octet.</summary>
    public required TimeSpan Timeout { get; init; }
}
