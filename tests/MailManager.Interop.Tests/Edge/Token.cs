namespace MailManager.Interop.Tests.Edge;

/// <summary>Texts by which tests find their messages again.</summary>
internal static class Token
{
    private static int _last;

    /// <summary>One that no other test has.</summary>
    public static string Next() => $"token-{Interlocked.Increment(ref _last)}-end";
}
