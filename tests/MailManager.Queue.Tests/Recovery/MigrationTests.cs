using System.Text;
using MailManager.Queue.Administration;
using MailManager.Queue.History;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Recovery;

/// <summary>
/// Spools of older versions, written by those. Version 1: four deliveries of three messages. The first was deferred to <c>Epoch</c> + 5 min with one of
/// its two recipients left; the others have been due since they were accepted. Version 2: three deliveries of two messages. The first as in version 1; the
/// second was deferred and held, the third, of the same message, has not been tried.
/// </summary>
public sealed class MigrationTests : IDisposable
{
    private readonly SpoolDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(Epoch.AddMinutes(4));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_spool_of_version_1_is_delivered_as_it_was_scheduled()
    {
        Copy("Version1");
        await using var queue = _directory.Open(_time);
        Assert.Equal(SpoolSchema.Version, _directory.Query("PRAGMA user_version"));
        Assert.Equal((3, 4), (queue.Messages, queue.Deliveries));
        var dispatcher = new TestDispatcher();
        queue.Start(dispatcher);
        Dictionary<long, QueuedDelivery> due = [];
        for (var i = 0; i < 3; i++)
        {
            var delivery = await dispatcher.TakeAsync();
            due.Add(delivery.Key, delivery);
        }

        Assert.Equal([2, 3, 5], due.Keys.Order());
        Assert.Equal("mx:example.net", due[2].Instructions.Destination);
        Assert.Equal(["u3@example.com"], due[5].Instructions.Recipients);
        foreach (var delivery in due.Values)
        {
            queue.Settle(delivery, new DeliverySettlement());
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        var deferred = await dispatcher.TakeAsync();
        Assert.Equal(["y@example.com"], deferred.Instructions.Recipients);
        Assert.Equal((1, "refused at RCPT: 451 4.2.1 busy"), (deferred.Attempts, deferred.LastFailure));
        var content = await queue.OpenContentAsync(deferred, default);
        Assert.Equal("Subject: 0\r\n\r\nbody 0\r\n"u8.ToArray(), Bytes(content));
        content.Release();
        queue.Settle(deferred, new DeliverySettlement());
        await queue.StopAsync();
        Assert.Equal((0, 0), (_directory.Query("SELECT count(*) FROM message"), _directory.Query("SELECT count(*) FROM delivery")));
    }

    [Fact]
    public async Task A_migration_that_was_cut_off_begins_again()
    {
        Copy("Version1");

        // A statement that cannot succeed: the whole is rolled back.
        _directory.Query("CREATE TABLE attempt (other INTEGER)");
        Assert.Throws<SpoolException>(() => _directory.Open(_time));
        Assert.Equal(1, _directory.Query("PRAGMA user_version"));
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM pragma_table_info('delivery') WHERE name='state'"));

        _directory.Query("DROP TABLE attempt");
        await using var queue = _directory.Open(_time);
        Assert.Equal(4, queue.Deliveries);
    }
    [Fact]
    public async Task A_spool_of_version_2_is_delivered_as_it_was_scheduled_and_what_is_held_expires()
    {
        Copy("Version2");
        await using var queue = _directory.Open(_time);
        Assert.Equal(SpoolSchema.Version, _directory.Query("PRAGMA user_version"));
        var dispatcher = new TestDispatcher();
        queue.Start(dispatcher);
        var untried = await dispatcher.TakeAsync();
        Assert.Equal((3, "mx:example.net"), (untried.Key, untried.Instructions.Destination));
        queue.Settle(untried, new DeliverySettlement());

        var entries = (await queue.Administration.ReadAsync(QueueFilter.All, 0, 10)).Entries;
        Assert.Equal([DeliveryState.Deferred, DeliveryState.Held], entries.Where(entry => entry.Delivery < 3).Select(entry => entry.State));
        Assert.Equal((Epoch.AddMinutes(5), Epoch.AddDays(4)), (entries[0].NextAttemptAt, entries[1].NextAttemptAt));
        foreach (var entry in entries.Take(2))
        {
            var message = await queue.Administration.FindAsync(entry.MessageId);
            Assert.Null(message!.History);
            Assert.Equal(entry.Delivery, message.Deliveries[0].Delivery);
            Assert.Equal(Epoch, Assert.Single(await queue.Administration.ReadAttemptsAsync(entry.Delivery)).Attempt.At);
        }

        _time.Advance(TimeSpan.FromMinutes(1));
        var deferred = await dispatcher.TakeAsync();
        Assert.Equal(["y@example.com"], deferred.Instructions.Recipients);
        queue.Settle(deferred, new DeliverySettlement());
        _time.SetUtcNow(Epoch.AddDays(4));
        var held = await dispatcher.TakeAsync();
        Assert.Equal((2, true), (held.Key, held.HasExpiredHeld));
        var content = await queue.OpenContentAsync(held, default);
        Assert.Equal("Subject: 1\r\n\r\n" + new string('b', 12_000) + "\r\n", Encoding.ASCII.GetString(Bytes(content)));
        content.Release();
        queue.Settle(held, new DeliverySettlement());
        await queue.StopAsync();
        Assert.Equal((0, 0), (_directory.Query("SELECT count(*) FROM message"), _directory.Query("SELECT count(*) FROM delivery")));
    }

    [Theory]
    [InlineData("Version1")]
    [InlineData("Version2")]
    public async Task A_message_with_history_is_kept_in_an_older_spool(string version)
    {
        Copy(version);
        var message = Message(To("relay:new", "x@example.com"), TestHistory.Received);
        await using (var queue = _directory.Open(_time))
        {
            Assert.Equal(AcceptResult.Committed, await AcceptAsync(queue, message, Content(20_000)));
        }

        await using var reopened = _directory.Open(_time);
        var found = await reopened.Administration.FindAsync(message.Id);
        Assert.Equal("front-policy", Assert.IsType<MessageHistory.Received>(found!.History).Policy.Policy);
    }

    private void Copy(string version) => File.Copy(Path.Combine(AppContext.BaseDirectory, "Recovery", version, "queue.db"), _directory.Database);
}
