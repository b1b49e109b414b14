using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>A point of the dialogue at which a reply is due.</summary>
/// <param name="Name">In the name of a row.</param>
/// <param name="Stage">In the script.</param>
/// <param name="Occurrence">Which of them.</param>
/// <param name="Code">Of the reply that lets the dialogue go on.</param>
internal sealed record Point(string Name, string Stage, int Occurrence, int Code)
{
    /// <summary>All of a transaction with two or more recipients.</summary>
    public static readonly Point[] All =
    [
        new("the greeting", PeerStage.Connect, 1, 220),
        new("EHLO", "EHLO", 1, 250),
        new("MAIL", "MAIL", 1, 250),
        new("the first RCPT", "RCPT", 1, 250),
        new("the second RCPT", "RCPT", 2, 250),
        new("DATA", "DATA", 1, 354),
        new("the final dot", PeerStage.EndOfData, 1, 250),
    ];
}
