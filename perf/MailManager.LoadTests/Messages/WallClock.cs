namespace MailManager.LoadTests.Messages;

/// <summary>The clock that driver and sink share: they run on one machine.</summary>
internal static class WallClock
{
    public static long UnixMicroseconds() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
