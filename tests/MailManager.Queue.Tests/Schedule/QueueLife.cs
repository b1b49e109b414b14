using MailManager.Queue.Administration;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Schedule;

/// <summary>A queue, and beside it what a delivery's states and times have to be. Times of the model are those that the queue counts: it goes on evenly.</summary>
internal sealed class QueueLife : IDisposable
{
    /// <summary>Deliveries of one destination that the dispatcher has at most.</summary>
    private const int Window = 2;

    private static readonly TimeSpan Expiry = TimeSpan.FromHours(4);

    private readonly Dictionary<string, Item> _items = [];
    private readonly List<SpoolDirectory> _directories = [];
    private TestDispatcher _dispatcher = new();
    private MailQueue _queue = null!;
    private DateTimeOffset _now = Epoch;

    private enum End
    {
        None,
        Delivered,
        Bounced,
        Dropped,
        Expired,
    }

    public SetClock Time { get; } = new(Epoch);

    public void Dispose() => _directories.ForEach(directory => directory.Dispose());

    public async Task OpenAsync()
    {
        if (_directories.Count == 0)
        {
            _directories.Add(new SpoolDirectory());
        }

        _queue = _directories[^1].Open(
            Time,
            path => new MailQueueOptions
            {
                Directory = path,
                ReserveBytes = 512 << 10,
                DispatchWindow = Window,
                MaxWaitingInMemory = 2,
                MaxInMemory = 4,
                SettleDelay = TimeSpan.Zero,
            });
        foreach (var item in _items.Values)
        {
            item.Out = null;
            item.Order = null;
        }

        await RecallAsync();
        _dispatcher = new TestDispatcher();
        _queue.Start(_dispatcher);
        await SettleDownAsync();
    }

    public async Task AcceptAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var wall = Time.GetUtcNow();
            var made = Message(To($"relay:{i % 3}", "x@example.com"), To("relay:z", "y@example.com"));
            var message = new QueuedMessage { Id = made.Id, Origin = made.Origin, Envelope = made.Envelope, Deliveries = made.Deliveries, ReceivedAt = wall, ExpiresAt = wall + Expiry };
            foreach (var delivery in message.Deliveries)
            {
                _items.Add($"{message.Id} {delivery.Destination}", new Item(delivery.Destination) { Due = _now, Expires = _now + Expiry });
            }

            Assert.Equal(AcceptResult.Committed, await TestMessages.AcceptAsync(_queue, message, Content(40)));
        }
    }

    public void Advance(TimeSpan time)
    {
        _now += time;
        Time.Advance(time);
    }

    public void Deliver(int which)
    {
        if (Take(which) is { } item)
        {
            Settle(item, new DeliverySettlement(), item.Held ? End.Expired : item.Bounced ? End.Bounced : End.Delivered);
        }
    }

    /// <summary>As delivery does it: no later than at expiry, and not after it. What is to be bounced can fail too, for a while.</summary>
    public void Defer(int which, TimeSpan delay)
    {
        if (Take(which) is not { } item)
        {
            return;
        }

        var delivery = item.Out!;
        var wall = Time.GetUtcNow();
        Assert.Equal(_now >= item.Expires, wall >= delivery.ExpiresAt);
        if (wall >= delivery.ExpiresAt && !item.Held && !item.Bounced)
        {
            Settle(item, new DeliverySettlement(), End.Expired);
            return;
        }

        var next = wall + delay < delivery.ExpiresAt || wall >= delivery.ExpiresAt ? wall + delay : delivery.ExpiresAt;
        item.Due = _now + (next - wall);
        var end = End.None;
        switch (item.Order)
        {
            case OrderKind.Hold:
                (item.Held, item.Due) = (true, item.Expires);
                break;
            case OrderKind.Bounce:
                (item.Held, item.Bounced, item.Due) = (false, true, _now);
                break;
            case OrderKind.Drop:
                end = End.Dropped;
                break;
        }

        Settle(item, new DeliverySettlement { Remaining = delivery.Instructions.Recipients, NextAttemptAt = next }, end);
    }

    /// <summary>To any delivery; those that a real operator would not give are left out.</summary>
    public async Task OrderAsync(OrderKind kind, int which)
    {
        var left = _items.Where(entry => entry.Value.End == End.None).ToArray();
        if (left.Length == 0)
        {
            return;
        }

        var (name, item) = left[which % left.Length];
        var entry = (await ReadAsync()).Single(entry => NameOf(entry) == name);
        if (kind == OrderKind.Hold && (item.Bounced || item.Held))
        {
            return;
        }

        var done = await GiveAsync(kind, entry.Delivery);
        if (item.Out is not null)
        {
            Assert.Equal(1, done);
            item.Order = kind != OrderKind.Release ? kind : item.Order == OrderKind.Hold ? null : item.Order;
            return;
        }

        item.IsOrderedInMemory = !item.WasOut;
        switch (kind)
        {
            case OrderKind.Hold:
                (item.Held, item.Due) = (true, item.Expires);
                break;
            case OrderKind.Release when item.Held:
                (item.Held, item.Due) = (false, _now);
                break;
            case OrderKind.Bounce:
                (item.Held, item.Bounced, item.Due) = (false, true, _now);
                break;
            case OrderKind.Drop:
                item.End = End.Dropped;
                break;
        }
    }

    /// <summary>The wall clock is set while the queue is stopped: it counts what that shows, but never back.</summary>
    public async Task StopAndStartAsync(TimeSpan stop, TimeSpan jump)
    {
        await _queue.StopAsync();
        Time.Advance(stop);
        Time.Offset += jump;
        _now += stop + jump > TimeSpan.Zero ? stop + jump : TimeSpan.Zero;
        await OpenAsync();
    }

    /// <summary>What is on disk at this moment is opened elsewhere.</summary>
    public async Task KillAndStartAsync(TimeSpan stop)
    {
        var killed = _directories[^1];
        _directories.Add(new SpoolDirectory());
        foreach (var file in (string[])["queue.db", "queue.db-wal"])
        {
            File.Copy(Path.Combine(killed.Path, file), Path.Combine(_directories[^1].Path, file));
        }

        await _queue.StopAsync();
        Advance(stop);
        await OpenAsync();
    }

    /// <summary>Waits until what has been settled is durable, and all that is due and has room has come; fails when it does not, or when anything else comes.</summary>
    public async Task SettleDownAsync()
    {
        await GiveAsync(OrderKind.Hold, long.MaxValue);
        var room = _items.Values.Where(item => item.End == End.None).GroupBy(item => item.Destination).ToArray();
        await QueueStates.UntilAsync(() =>
        {
            while (_dispatcher.TryTake(out var delivery))
            {
                Arrive(delivery!);
            }

            return Array.TrueForAll(room, items => items.Count(item => item.Out is not null) == Math.Min(Window, items.Count(item => item.Out is not null || item.Due <= _now)));
        });
    }

    /// <summary>Nothing more is ordered: all ends, what is held by expiring.</summary>
    public async Task FinishAsync()
    {
        for (var round = 0; _items.Values.Any(item => item.End == End.None); round++)
        {
            Assert.InRange(round, 0, 500);
            for (var i = 0; Take(0) is not null; i++)
            {
                Deliver(0);
            }

            await SettleDownAsync();
            if (_items.Values.All(item => item.Out is null))
            {
                Advance(TimeSpan.FromMinutes(10));
                await SettleDownAsync();
            }
        }

        await _queue.StopAsync();
        Assert.Equal(0, _queue.Deliveries);
        Assert.Equal(0, _directories[^1].Query("SELECT count(*) FROM message"));
    }

    private static string NameOf(QueueEntry entry) => $"{entry.MessageId} {entry.Destination}";

    private void Arrive(QueuedDelivery delivery)
    {
        var name = $"{delivery.MessageId} {delivery.Instructions.Destination}";
        var item = _items[name];
        Assert.True(item.End == End.None, $"Delivery {name} comes after it was {item.End}.");
        Assert.True(item.Out is null, $"Delivery {name} came twice.");
        Assert.True(item.Due <= _now, $"Delivery {name} comes at {_now}, before it is due at {item.Due}.");
        Assert.Equal((item.Held, item.Bounced), (delivery.HasExpiredHeld, delivery.BouncedBy is not null));
        Assert.Equal(Time.GetUtcNow() + (item.Expires - _now), delivery.ExpiresAt);
        item.Out = delivery;
        item.WasOut = true;
    }

    private Item? Take(int which)
    {
        var all = _items.Values.Where(item => item.Out is not null).ToArray();
        return all.Length == 0 ? null : all[which % all.Length];
    }

    private void Settle(Item item, DeliverySettlement settlement, End end)
    {
        var delivery = item.Out!;
        (item.Out, item.Order, item.End) = (null, null, end);
        _queue.Settle(delivery, settlement);
    }

    /// <summary>After a restart: orders that were left with deliveries in memory are forgotten, all others are not.</summary>
    private async Task RecallAsync()
    {
        var entries = (await ReadAsync()).ToDictionary(NameOf);
        foreach (var (name, item) in _items)
        {
            var isKnown = entries.TryGetValue(name, out var entry);
            if (item.IsOrderedInMemory && isKnown && (item.End == End.Dropped || item.Held != (entry!.State == DeliveryState.Held) || item.Bounced != entry.BouncedBy is not null))
            {
                (item.End, item.Held, item.Bounced, item.Due) = (End.None, false, false, _now);
            }

            item.IsOrderedInMemory = false;
            item.WasOut = false;
            Assert.Equal(item.End == End.None, isKnown);
            if (isKnown)
            {
                Assert.Equal((item.Held, item.Bounced), (entry!.State == DeliveryState.Held, entry.BouncedBy is not null));
            }
        }
    }

    private async Task<IReadOnlyList<QueueEntry>> ReadAsync() => (await _queue.Administration.ReadAsync(QueueFilter.All, 0, int.MaxValue)).Entries;

    private Task<int> GiveAsync(OrderKind kind, long delivery) => _queue.Administration.OrderAsync(new DeliveryOrder(kind, "ann"), [delivery]);

    private sealed class Item(string destination)
    {
        public string Destination => destination;

        public required DateTimeOffset Due { get; set; }

        public required DateTimeOffset Expires { get; init; }

        public bool Held { get; set; }

        public bool Bounced { get; set; }

        /// <summary>The dispatcher has it.</summary>
        public QueuedDelivery? Out { get; set; }

        /// <summary>It was there since the last start, so that only its row knows of it when it is not.</summary>
        public bool WasOut { get; set; }

        /// <summary>Of one that is out, what it is to become when it comes back.</summary>
        public OrderKind? Order { get; set; }

        /// <summary>The order may have been left with it while it waited in memory.</summary>
        public bool IsOrderedInMemory { get; set; }

        public End End { get; set; }
    }
}
