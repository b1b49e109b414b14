using MailManager.TestKit.Peers;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>How a delivery ended for a recipient.</summary>
internal enum Ending
{
    Delivered,

    /// <summary>It remains in the queue.</summary>
    Retried,

    /// <summary>The sender is told that it failed.</summary>
    Bounced,
}

/// <summary>What the lying peer speaks.</summary>
internal enum Speech
{
    /// <summary>SMTP without TLS; the content goes by DATA.</summary>
    Smtp,

    /// <summary>SMTP; the content goes by BDAT, in three chunks.</summary>
    Chunks,

    /// <summary>SMTP with STARTTLS and AUTH, which the relay requires.</summary>
    Secured,

    /// <summary>LMTP, which replies to the content once for each recipient.</summary>
    Lmtp,
}

/// <summary>One way to break RFC 5321 §4.2 (or to bend it), and how a message for three recipients ends that meets it.</summary>
/// <param name="Name">Tells it from all others.</param>
/// <param name="Endings">For the first, the second and the third recipient.</param>
/// <param name="Reason">A part of what the queue remembers as the cause; null: nothing remains.</param>
/// <param name="Tell">Writes the script of the peer.</param>
internal sealed record Lie(string Name, Ending[] Endings, string? Reason, Action<PeerScript, FakeTimeProvider> Tell)
{
    public Speech Speech { get; init; }

    /// <summary>Whether the peer offers PIPELINING; null: once with, once without.</summary>
    public bool? IsPipelined { get; init; }

    /// <summary>Something never comes: the client's patience, which the test lets run out, is all that ends the attempt.</summary>
    public bool IsSilence { get; init; }

    /// <summary>
    /// How often a recipient who is retried has the message in the end. 2 where the peer took it and did not say so: SMTP cannot avoid that
    /// (RFC 5321 §6.1), for the message would be lost otherwise.
    /// </summary>
    public int Copies { get; init; } = 1;

    public override string ToString() => Name;
}
