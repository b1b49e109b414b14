using System.Runtime.InteropServices;

namespace MailManager.LoadTests.Load;

/// <summary>Sleeps by the microsecond, as the kernel can and managed timers cannot. Linux.</summary>
internal static class PreciseSleep
{
    /// <summary>Longest single sleep; usleep(3) need not take a second or more.</summary>
    private const int MaxMicroseconds = 500_000;

    /// <summary>Sleeps for about <paramref name="time"/>, at most half a second at a time.</summary>
    public static void Wait(TimeSpan time)
    {
        for (var left = (long)time.TotalMicroseconds; left > 0; left -= MaxMicroseconds)
        {
            _ = USleep((uint)Math.Min(left, MaxMicroseconds));
        }
    }

    [DllImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int USleep(uint microseconds);
}
