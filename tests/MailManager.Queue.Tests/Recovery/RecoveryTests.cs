using MailManager.Queue.Spool;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Recovery;

public sealed class RecoveryTests : IDisposable
{
    private readonly SpoolDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(Epoch);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_was_accepted_is_dispatched_after_a_restart_as_it_was()
    {
        var content = Content(30_000);
        var bytes = Bytes(content);
        var message = Message(To("relay:a", "x@example.com", "ü@example.com"), To("mx:b.example", "y@b.example") with { ReversePath = "" });
        await using (var queue = _directory.Open(_time))
        {
            Assert.Equal(AcceptResult.Committed, await AcceptAsync(queue, message, content));
        }

        await using var reopened = _directory.Open(_time);
        Assert.Equal((1, 2), (reopened.Messages, reopened.Deliveries));
        var dispatcher = new TestDispatcher();
        reopened.Start(dispatcher);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < 2; i++)
        {
            var delivery = await dispatcher.TakeAsync();
            var expected = message.Deliveries[i];
            Assert.Equal(message.Id, delivery.MessageId);
            Assert.Equal((message.Envelope.ReversePath, message.Envelope.Body), (delivery.Envelope.ReversePath, delivery.Envelope.Body));
            Assert.Equal(message.Envelope.Recipients, delivery.Envelope.Recipients);
            Assert.Equal((message.ReceivedAt, message.ExpiresAt, 30_000), (delivery.ReceivedAt, delivery.ExpiresAt, delivery.MessageSize));
            Assert.Equal((expected.Destination, expected.ReversePath), (delivery.Instructions.Destination, delivery.Instructions.ReversePath));
            Assert.Equal(expected.Recipients, delivery.Instructions.Recipients);
            Assert.Equal(expected.Prefix.ToArray(), delivery.Instructions.Prefix.ToArray());
            Assert.Null(delivery.Content);
            var read = await reopened.OpenContentAsync(delivery, default);
            Assert.Equal(bytes, Bytes(read));
            read.Release();
            reopened.Settle(delivery, new DeliverySettlement());
        }

        await reopened.StopAsync();
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM message"));
    }

    [Fact]
    public async Task A_deferred_delivery_keeps_its_history_and_its_time()
    {
        await using (var queue = _directory.Open(_time))
        {
            var dispatcher = new TestDispatcher();
            queue.Start(dispatcher);
            await AcceptAsync(queue, Message(To("relay:a", "x@example.com", "y@example.com")), Content(100));
            var delivery = await dispatcher.TakeAsync();
            queue.Settle(delivery, new DeliverySettlement { Remaining = ["y@example.com"], NextAttemptAt = Epoch.AddHours(3), Failure = "busy" });
        }

        await using var reopened = _directory.Open(_time);
        var again = new TestDispatcher();
        reopened.Start(again);
        _time.Advance(TimeSpan.FromHours(3) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, again.Waiting);
        _time.Advance(TimeSpan.FromSeconds(1));
        var recovered = await again.TakeAsync();
        Assert.Equal(["y@example.com"], recovered.Instructions.Recipients);
        Assert.Equal((1, "busy"), (recovered.Attempts, recovered.LastFailure));
    }

    [Fact]
    public async Task A_message_with_one_settled_delivery_goes_with_the_other_after_a_restart()
    {
        await using (var queue = _directory.Open(_time))
        {
            var dispatcher = new TestDispatcher();
            queue.Start(dispatcher);
            await AcceptAsync(queue, Message(To("relay:a", "x@example.com"), To("relay:b", "y@example.com")), Content(100));
            queue.Settle(await dispatcher.TakeAsync(), new DeliverySettlement());
        }

        await using var reopened = _directory.Open(_time);
        var again = new TestDispatcher();
        reopened.Start(again);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        reopened.Settle(await again.TakeAsync(), new DeliverySettlement());
        await reopened.StopAsync();
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM message"));
    }

    [Fact]
    public async Task Files_that_no_row_names_are_swept_and_others_stay()
    {
        string kept;
        await using (var queue = _directory.Open(_time))
        {
            await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(1000, queue));
            kept = Directory.GetFiles(_directory.Bodies).Single();
            var abandoned = queue.BodyFiles.Create();
            abandoned.Append(new byte[1000]);
            abandoned.Close();
            await File.WriteAllTextAsync(Path.Combine(_directory.Bodies, "operator's notes"), "not ours");
        }

        Assert.Equal(3, Directory.GetFiles(_directory.Bodies).Length);
        await using var reopened = _directory.Open(_time);
        Assert.Equal(
            new[] { kept, Path.Combine(_directory.Bodies, "operator's notes") }.Order(), Directory.GetFiles(_directory.Bodies).Order());
    }

    [Fact]
    public async Task A_deleted_file_is_an_io_error_for_its_reader()
    {
        await using var queue = _directory.Open(_time);
        await AcceptAsync(queue, Message(To("relay:a", "x@example.com")), Content(1000, queue));
        await queue.StopAsync();
        File.Delete(Directory.GetFiles(_directory.Bodies).Single());

        await using var reopened = _directory.Open(_time);
        var dispatcher = new TestDispatcher();
        reopened.Start(dispatcher);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var delivery = await dispatcher.TakeAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => reopened.OpenContentAsync(delivery, default).AsTask());
    }

    [Fact]
    public async Task A_spool_of_a_newer_version_is_refused_and_unchanged()
    {
        await _directory.Open(_time).StopAsync();
        _directory.Query($"PRAGMA user_version={SpoolSchema.Version + 1}");
        var exception = Assert.Throws<SpoolException>(() => _directory.Open(_time));
        Assert.Contains("newer MailManager", exception.Message, StringComparison.Ordinal);
        Assert.Equal(SpoolSchema.Version + 1, _directory.Query("PRAGMA user_version"));
    }

    [Fact]
    public async Task A_second_opener_is_refused_until_the_first_has_closed()
    {
        await using var first = _directory.Open(_time);
        var exception = Assert.Throws<SpoolException>(() => _directory.Open(_time));
        Assert.Contains("in use by another process", exception.Message, StringComparison.Ordinal);
        await first.StopAsync();
        await _directory.Open(_time).StopAsync();
    }

    [Fact]
    public async Task A_damaged_row_keeps_its_message_and_stops_no_other()
    {
        await using (var queue = _directory.Open(_time))
        {
            await AcceptAsync(queue, Message(To("relay:a", "x@example.com"), To("relay:b", "y@example.com")), Content(100));
            await AcceptAsync(queue, Message(To("relay:c", "z@example.com")), Content(100));
        }

        _directory.Query("UPDATE delivery SET instructions=x'01ffffffff07' WHERE destination='relay:a'");
        await using var reopened = _directory.Open(_time);
        var dispatcher = new TestDispatcher();
        reopened.Start(dispatcher);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < 2; i++)
        {
            reopened.Settle(await dispatcher.TakeAsync(), new DeliverySettlement());
        }

        await reopened.StopAsync();
        Assert.Equal(1, _directory.Query("SELECT count(*) FROM message"));
        Assert.Equal(1, _directory.Query("SELECT count(*) FROM delivery WHERE destination='relay:a'"));
    }
}
