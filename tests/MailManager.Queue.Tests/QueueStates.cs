namespace MailManager.Queue.Tests;

/// <summary>Waits for states that nothing announces; fails after half a minute.</summary>
internal static class QueueStates
{
    /// <summary>So many deliveries wait in the spool only.</summary>
    public static Task UntilWaitingAsync(this MailQueue queue, int count) => UntilAsync(() => queue.WaitingInSpool == count);

    public static async Task UntilAsync(Func<bool> condition) =>
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30))));
}
