using CsCheck;

namespace MailManager.Queue.Tests.Schedule;

/// <summary>
/// Random lives of a queue beside a model of it: attempts that end in any way, orders, wall clocks that are set while it runs and while it does not, stops and
/// kills. Every delivery ends exactly once, as delivered, bounced, dropped by order or expired; none comes before its time, and what has room comes at it.
/// </summary>
public sealed class LifeModelTests
{
    private enum Step
    {
        Accept,
        Deliver,
        Defer,
        Advance,
        SetClock,
        Hold,
        Release,
        Bounce,
        Drop,
        Stop,
        Kill,
    }

    [Fact]
    public void Every_delivery_ends_exactly_once_and_none_is_early_or_late() =>
        Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 4], Gen.Int[1, 90]).Array[1, 60].Sample(
            steps => RunAsync(steps).GetAwaiter().GetResult(), iter: 60, threads: 2);

    private static async Task RunAsync((Step Step, int Which, int Minutes)[] steps)
    {
        using var life = new QueueLife();
        await life.OpenAsync();
        foreach (var (step, which, minutes) in steps)
        {
            // Up to three hours, back or forward.
            var jump = TimeSpan.FromMinutes((which - 2) * minutes);
            switch (step)
            {
                case Step.Accept:
                    await life.AcceptAsync(which + 1);
                    break;
                case Step.Deliver:
                    life.Deliver(which);
                    break;
                case Step.Defer:
                    life.Defer(which, TimeSpan.FromMinutes(minutes));
                    break;
                case Step.Advance:
                    life.Advance(TimeSpan.FromMinutes(minutes));
                    break;
                case Step.SetClock:
                    life.Time.Offset += jump;
                    break;
                case Step.Hold:
                    await life.OrderAsync(OrderKind.Hold, minutes);
                    break;
                case Step.Release:
                    await life.OrderAsync(OrderKind.Release, minutes);
                    break;
                case Step.Bounce:
                    await life.OrderAsync(OrderKind.Bounce, minutes);
                    break;
                case Step.Drop:
                    await life.OrderAsync(OrderKind.Drop, minutes);
                    break;
                case Step.Stop:
                    await life.StopAndStartAsync(TimeSpan.FromMinutes(minutes), jump);
                    break;
                case Step.Kill:
                    await life.KillAndStartAsync(TimeSpan.FromMinutes(minutes));
                    break;
            }

            await life.SettleDownAsync();
        }

        await life.FinishAsync();
    }
}
