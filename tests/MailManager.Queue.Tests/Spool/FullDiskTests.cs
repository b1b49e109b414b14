using System.Diagnostics;
using MailManager.Messages.Envelope;
using MailManager.Queue.Administration;
using MailManager.Queue.Schedule;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging.Abstractions;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Spool;

/// <summary>A queue on a file system of 8 MiB in memory. Needs the right to mount.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly string _mount = Directory.CreateTempSubdirectory("mailmanager-disk-").FullName;
    private readonly TestDispatcher _dispatcher = new();
    private readonly List<QueuedDelivery> _accepted = [];
    private MailQueue _queue = null!;

    private string Filler => Path.Combine(_mount, "filler");

    public ValueTask InitializeAsync()
    {
        Run("mount", "-t", "tmpfs", "-o", "size=8m", "mailmanager-test", _mount);
        _queue = Open();
        _queue.Start(_dispatcher);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.StopAsync();
        Run("umount", _mount);
        Directory.Delete(_mount);
    }

    [Fact]
    public async Task A_full_disk_refuses_messages_loses_none_and_accepts_again_when_deliveries_are_done()
    {
        await FillWithMessagesAsync();
        Assert.Equal(QueueHealth.StorageFull, _queue.Health);

        var half = _accepted.Count / 2;
        SettleFirst(half);
        await UntilAsync(() => _queue.Health == QueueHealth.Ready && _queue.Messages == _accepted.Count);
        Assert.Equal(AcceptResult.Committed, await AcceptOneAsync(10_000));

        await VerifyAfterRestartAsync();
    }

    [Fact]
    public async Task Settlements_become_durable_although_others_have_filled_the_disk()
    {
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(AcceptResult.Committed, await AcceptOneAsync(10_000));
        }

        FillDisk();
        await UntilRefusedAsync();
        var count = _accepted.Count;
        SettleFirst(count - 5);
        await UntilAsync(() => _queue.Messages == 5);
        FillDisk();
        Assert.True(File.Exists(Filler));
        await VerifyAfterRestartAsync();
    }

    [Fact]
    public async Task A_notification_that_has_no_room_waits_and_is_not_lost()
    {
        await FillWithMessagesAsync();
        FillDisk();
        var content = Content(400_000);
        var notification = Message(To("mx:example.org", "sender@example.org"));
        _queue.Settle(_accepted[0], new DeliverySettlement { Notification = new AcceptedMessage(notification, content) });
        content.Release();
        _accepted.RemoveAt(0);
        SettleFirst(100);
        File.Delete(Filler);

        var delivery = await _dispatcher.TakeAsync();
        Assert.Equal(notification.Id, delivery.MessageId);
        Assert.True(IsIntact(Bytes(delivery.Content!)));
        _accepted.Add(delivery);
        await VerifyAfterRestartAsync();
    }

    [Fact]
    public async Task Space_that_others_give_back_is_noticed_without_mail()
    {
        FillDisk();
        await UntilRefusedAsync();
        Assert.Equal(QueueHealth.StorageFull, _queue.Health);
        File.Delete(Filler);
        await UntilAsync(() => _queue.Health == QueueHealth.Ready);
        Assert.Equal(AcceptResult.Committed, await AcceptOneAsync(1_000_000));
    }

    [Fact]
    public async Task A_message_too_large_for_what_is_left_keeps_out_no_smaller_one()
    {
        var large = AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(7_500_000));
        var small = Enumerable.Range(0, 20).Select(_ => AcceptOneAsync(1000)).ToList();
        Assert.Equal(AcceptResult.StorageFull, await large);
        Assert.All(await Task.WhenAll(small), result => Assert.Equal(AcceptResult.Committed, result));
    }

    [Fact]
    public async Task In_one_batch_only_the_message_that_is_too_large_is_refused()
    {
        using var writer = new DirectWriter(Path.Combine(_mount, "direct"));
        var answers = writer.CommitAsync((1000, MessageId.New(Epoch)), (7_500_000, MessageId.New(Epoch)), (2000, MessageId.New(Epoch)));
        Assert.Equal(3000, writer.Database.QueryInteger("SELECT sum(size) FROM message"));
        Assert.Equal([AcceptResult.Committed, AcceptResult.StorageFull, AcceptResult.Committed], await answers);
    }

    /// <summary>That ids rise no more is noted with the first message of which it holds, and again when that did not become durable at first.</summary>
    [Fact]
    public async Task A_message_behind_a_failed_transaction_is_found_by_its_id()
    {
        using var writer = new DirectWriter(Path.Combine(_mount, "direct"));
        var (later, earlier) = (MessageId.New(Epoch.AddHours(1)), MessageId.New(Epoch));
        Assert.Equal([AcceptResult.Committed], await writer.CommitAsync((1000, later)));
        Assert.Equal([AcceptResult.Committed, AcceptResult.StorageFull], await writer.CommitAsync((1000, earlier), (7_500_000, MessageId.New(Epoch))));
        using var locator = new MessageLocator(writer.Database);
        Assert.NotNull(locator.FindMessage(later));
        Assert.NotNull(locator.FindMessage(earlier));
    }

    [Fact]
    public async Task A_body_file_without_room_throws_and_is_gone()
    {
        var file = _queue.BodyFiles.Create();
        var exception = Assert.ThrowsAny<IOException>(() =>
        {
            for (var i = 0; i < 16; i++)
            {
                file.Append(new byte[1 << 20]);
            }
        });
        Assert.NotNull(exception);
        Assert.Empty(Directory.GetFiles(Path.Combine(_mount, "bodies")));
        Assert.Equal(AcceptResult.Committed, await AcceptOneAsync(1000));
    }

    [Fact]
    public async Task A_full_disk_can_be_opened()
    {
        await FillWithMessagesAsync();
        FillDisk();
        await VerifyAfterRestartAsync();
    }

    private MailQueue Open() => MailQueue.Open(
        new MailQueueOptions { Directory = _mount, ReserveBytes = 1 << 20, RetryDelay = TimeSpan.FromMilliseconds(20) },
        TimeProvider.System,
        NullLogger.Instance);

    private async Task FillWithMessagesAsync()
    {
        while (await AcceptOneAsync(10_000) == AcceptResult.Committed)
        {
            Assert.True(_accepted.Count < 1000);
        }

        Assert.True(_accepted.Count > 200);
    }

    private async Task UntilRefusedAsync()
    {
        AcceptResult result;
        while ((result = await AcceptOneAsync(10_000)) == AcceptResult.Committed)
        {
            FillDisk();
        }

        Assert.Equal(AcceptResult.StorageFull, result);
    }

    private async Task<AcceptResult> AcceptOneAsync(int size)
    {
        var result = await AcceptAsync(_queue, Message(To("relay:a", "x@example.com")), Content(size));
        if (result == AcceptResult.Committed)
        {
            var delivery = await _dispatcher.TakeAsync();
            lock (_accepted)
            {
                _accepted.Add(delivery);
            }
        }

        return result;
    }

    private void SettleFirst(int count)
    {
        foreach (var delivery in _accepted[..count])
        {
            _queue.Settle(delivery, new DeliverySettlement());
        }

        _accepted.RemoveRange(0, count);
    }

    /// <summary>Takes every octet that is left, down to the last page.</summary>
    private void FillDisk()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1 << 16, 1 << 12, 1])
        {
            try
            {
                while (true)
                {
                    file.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // Full for this size.
            }
        }
    }

    private async Task VerifyAfterRestartAsync()
    {
        var expected = _accepted.Select(delivery => delivery.MessageId).ToHashSet();
        await _queue.StopAsync();
        _queue = Open();
        Assert.Equal(expected.Count, _queue.Deliveries);
        var dispatcher = new TestDispatcher();
        _queue.Start(dispatcher);
        for (var i = 0; i < expected.Count; i++)
        {
            var delivery = await dispatcher.TakeAsync();
            Assert.Contains(delivery.MessageId, expected);
            var content = await _queue.OpenContentAsync(delivery, default);
            Assert.True(IsIntact(Bytes(content)));
            content.Release();
        }
    }

    private static async Task UntilAsync(Func<bool> condition) =>
        Assert.True(await Task.Run(() => SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30))));

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command}: {error}");
    }

    /// <summary>The writer's work without its thread, on a spool of its own.</summary>
    private sealed class DirectWriter : IDisposable
    {
        private readonly BodyFileStore _bodies;
        private readonly QueueMetrics _metrics = new(() => 0, () => 0, () => 0);
        private readonly DispatchWindow _window;
        private readonly SpoolDisk _disk;
        private readonly SpoolCommitter _committer;
        private readonly AcceptOperationPool _pool;

        public DirectWriter(string directory)
        {
            Directory.CreateDirectory(directory);
            var path = Path.Combine(directory, "queue.db");
            _bodies = new BodyFileStore(Path.Combine(directory, "bodies"), TimeProvider.System, NullLogger.Instance);
            _window = new DispatchWindow(
                new MailQueueOptions { Directory = directory, DispatchWindow = 1 }, new QueueClock(TimeProvider.System, mark: null, NullLogger.Instance), NullLogger.Instance);
            var reserve = new DiskReserve(Path.Combine(directory, "reserve"), 512 << 10);
            Assert.True(reserve.TryHold());
            var store = SpoolStore.Open(path, reserve.LogLimit);
            Database = store.Database;
            _disk = new SpoolDisk(path, store, reserve, _bodies, new StorageWatch(_metrics, NullLogger.Instance), NullLogger.Instance);
            _committer = new SpoolCommitter(_disk, new KeySequence(0, 0), _window, _bodies, _metrics, NullLogger.Instance);
            _pool = new AcceptOperationPool(new DeliveryAdmission(_window, new ContentBudget(0), _bodies, _metrics));
        }

        public SqliteDatabase Database { get; }

        /// <summary>Messages of these sizes and ids, together.</summary>
        public Task<AcceptResult[]> CommitAsync(params (int Size, MessageId Id)[] messages)
        {
            List<AcceptOperation> batch = [];
            foreach (var (size, id) in messages)
            {
                var content = Content(size);
                batch.Add(_pool.Rent());
                batch[^1].Batch.Add(new AcceptedMessage(Message(To("relay:a", "x@example.com"), TestHistory.Typical, id), content));
                content.Release();
            }

            var answers = batch.Select(operation => operation.Task.AsTask()).ToArray();
            _committer.Commit(batch);
            return Task.WhenAll(answers);
        }

        public void Dispose()
        {
            _disk.Close();
            _window.Dispose();
            _metrics.Dispose();
            _bodies.Dispose();
        }
    }
}
