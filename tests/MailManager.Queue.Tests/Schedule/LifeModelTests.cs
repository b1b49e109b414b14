using CsCheck;
using MailManager.Queue.Administration;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Schedule;

/// <summary>
/// Random lives of a queue under a clock of the test's: attempts that end in any way, orders, clocks that jump and restarts without warning to
/// the dispatcher. At the end every delivery was settled as done exactly once, or dropped by order; none is early.
/// </summary>
public sealed class LifeModelTests
{
    private enum Step
    {
        Accept,
        Deliver,
        Defer,
        Advance,
        Jump,
        Hold,
        Drop,
        Restart,
    }

    [Fact]
    public void Every_delivery_ends_exactly_once() =>
        Gen.Select(Gen.Enum<Step>(), Gen.Int[0, 4], Gen.Int[1, 90]).Array[1, 60].Sample(
            steps => RunAsync(steps).GetAwaiter().GetResult(), iter: 60, threads: 2);

    private static async Task RunAsync((Step Step, int Which, int Minutes)[] steps)
    {
        using var directory = new SpoolDirectory();
        var life = new Life(directory);
        await life.OpenAsync();
        foreach (var (step, which, minutes) in steps)
        {
            await life.DoAsync(step, which, minutes);
        }

        await life.FinishAsync();
    }

    private sealed class Life(SpoolDirectory directory)
    {
        private readonly FakeTimeProvider _time = new(Epoch);
        private readonly List<QueuedDelivery> _out = [];
        private readonly Dictionary<string, DateTimeOffset> _notBefore = [];
        private readonly HashSet<string> _done = [];
        private readonly HashSet<string> _dropped = [];
        private int _accepted;
        private TestDispatcher _dispatcher = new();
        private MailQueue _queue = null!;

        public async Task OpenAsync()
        {
            _queue = directory.Open(
                _time,
                path => new MailQueueOptions { Directory = path, ReserveBytes = 512 << 10, DispatchWindow = 2, MaxWaitingInMemory = 2, MaxInMemory = 4, SettleDelay = TimeSpan.Zero });
            _dispatcher = new TestDispatcher();
            _queue.Start(_dispatcher);
            await SettleDownAsync();
        }

        public async Task DoAsync(Step step, int which, int minutes)
        {
            switch (step)
            {
                case Step.Accept:
                    for (var i = 0; i <= which; i++)
                    {
                        await AcceptAsync(_queue, Message(To($"relay:{i % 3}", "x@example.com"), To("relay:z", "y@example.com")), Content(40));
                        _accepted += 2;
                    }

                    break;
                case Step.Deliver when Take(which) is { } delivery:
                    Finish(delivery);
                    break;
                case Step.Defer when Take(which) is { } delivery:
                    var next = _time.GetUtcNow().AddMinutes(minutes);
                    _notBefore[Name(delivery)] = next;
                    _queue.Settle(delivery, new DeliverySettlement { Remaining = delivery.Instructions.Recipients, NextAttemptAt = next });
                    break;
                case Step.Advance:
                    _time.Advance(TimeSpan.FromMinutes(minutes));
                    break;
                case Step.Jump:
                    _time.AdjustTime(_time.GetUtcNow().AddMinutes(which * minutes));
                    break;
                case Step.Hold or Step.Drop:
                    var entries = (await _queue.Administration.ReadAsync(QueueFilter.All, 0, 500)).Entries;
                    var entry = entries.Count > 0 ? entries[minutes % entries.Count] : null;
                    if (entry is not null && await OrderAsync(step == Step.Hold ? OrderKind.Hold : OrderKind.Drop, entry.Delivery) == 1 && step == Step.Drop)
                    {
                        _dropped.Add($"{entry.MessageId} {entry.Destination}");
                    }

                    break;
                case Step.Restart:
                    await _queue.StopAsync();
                    _out.Clear();
                    await OpenAsync();
                    break;
            }

            await SettleDownAsync();
        }

        public async Task FinishAsync()
        {
            await _queue.StopAsync();
            _out.Clear();
            await OpenAsync();
            for (var round = 0; _queue.Deliveries > 0; round++)
            {
                Assert.InRange(round, 0, 2000);
                var held = await _queue.Administration.ReadAsync(QueueFilter.TryParse("state=held", out _)!, 0, 500);
                foreach (var entry in held.Entries)
                {
                    _notBefore.Remove($"{entry.MessageId} {entry.Destination}");
                    await OrderAsync(OrderKind.Release, entry.Delivery);
                }

                _time.Advance(TimeSpan.FromMinutes(10));
                await SettleDownAsync();
                while (Take(0) is { } delivery)
                {
                    Finish(delivery);
                }

                await SettleDownAsync();
            }

            await _queue.StopAsync();
            Assert.Equal(_accepted, _done.Union(_dropped).Count());
            Assert.Equal(0, directory.Query("SELECT count(*) FROM message"));
        }

        private void Finish(QueuedDelivery delivery)
        {
            Assert.True(_done.Add(Name(delivery)), $"Delivery {Name(delivery)} came twice.");
            _queue.Settle(delivery, new DeliverySettlement());
        }

        /// <summary>Keys begin anew after a restart with an empty spool.</summary>
        private static string Name(QueuedDelivery delivery) => $"{delivery.MessageId} {delivery.Instructions.Destination}";

        private Task<int> OrderAsync(OrderKind kind, long delivery) => _queue.Administration.OrderAsync(new DeliveryOrder(kind, "ann"), [delivery]);

        private QueuedDelivery? Take(int which)
        {
            if (_out.Count == 0)
            {
                return null;
            }

            var delivery = _out[which % _out.Count];
            _out.Remove(delivery);
            return delivery;
        }

        /// <summary>What has been settled is durable, and what is due and has room has come, as far as this machine was quick enough.</summary>
        private async Task SettleDownAsync()
        {
            await OrderAsync(OrderKind.Hold, long.MaxValue);
            while (_dispatcher.TryTake(out var delivery))
            {
                Assert.DoesNotContain(_out, other => other.Key == delivery!.Key);
                Assert.DoesNotContain(Name(delivery!), _done);
                if (_notBefore.TryGetValue(Name(delivery!), out var time))
                {
                    Assert.True(_time.GetUtcNow() >= time, $"Delivery {Name(delivery!)} is early.");
                }

                _out.Add(delivery!);
            }
        }
    }
}
