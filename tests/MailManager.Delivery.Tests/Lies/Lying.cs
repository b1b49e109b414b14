using System.Text;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.Lies;

/// <summary>Short words for the rows of the table.</summary>
internal static class Lying
{
    public static readonly Ending[] AllDelivered = [Ending.Delivered, Ending.Delivered, Ending.Delivered];

    public static readonly Ending[] AllRetried = [Ending.Retried, Ending.Retried, Ending.Retried];

    public static readonly Ending[] AllBounced = [Ending.Bounced, Ending.Bounced, Ending.Bounced];

    /// <summary>Whether a connection that the peer ends shows as lost or as overdue depends on nothing else: always lost.</summary>
    public const string Lost = "connection lost";

    public const string Invalid = "invalid reply";

    public const string TimedOut = "timed out";

    /// <summary>One octet for each character, as it is; the reply has to bring its CRLF.</summary>
    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>One deviation, at one stage.</summary>
    public static Lie At(string name, string stage, int occurrence, PeerAction action, Ending[] endings, string? reason) =>
        new(name, endings, reason, (script, _) => script.On(stage, action, occurrence)) { IsSilence = IsSilent(action) };

    private static bool IsSilent(PeerAction action) => action is PeerAction.Hang or PeerAction.Take { Then: PeerAction.Hang };
}
