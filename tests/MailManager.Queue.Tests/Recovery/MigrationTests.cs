using MailManager.Queue.Spool;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Recovery;

/// <summary>
/// A spool of version 1, written by that version: four deliveries of three messages. The first was deferred to <c>Epoch</c> + 5 min with one of
/// its two recipients left; the others have been due since they were accepted.
/// </summary>
public sealed class MigrationTests : IDisposable
{
    private readonly SpoolDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(Epoch.AddMinutes(4));

    public MigrationTests() => File.Copy(Path.Combine(AppContext.BaseDirectory, "Recovery", "Version1", "queue.db"), _directory.Database);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_spool_of_version_1_is_delivered_as_it_was_scheduled()
    {
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
        // A statement that cannot succeed: the whole is rolled back.
        _directory.Query("CREATE TABLE attempt (other INTEGER)");
        Assert.Throws<SpoolException>(() => _directory.Open(_time));
        Assert.Equal(1, _directory.Query("PRAGMA user_version"));
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM pragma_table_info('delivery') WHERE name='state'"));

        _directory.Query("DROP TABLE attempt");
        await using var queue = _directory.Open(_time);
        Assert.Equal(4, queue.Deliveries);
    }
}
