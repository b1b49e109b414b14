using CsCheck;
using MailManager.Messages.Envelope;
using MailManager.Queue.Administration;
using MailManager.Queue.Spool;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Administration;

public sealed class MessageLocatorTests : IDisposable
{
    private readonly SpoolDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task In_a_spool_of_100_000_messages_some_dozen_rows_are_read()
    {
        const int Count = 100_000;
        await _directory.Open().StopAsync();
        using var database = SqliteDatabase.Open(_directory.Database, readOnly: false);

        // Twenty a second, two deliveries each.
        Fill(database, Enumerable.Range(0, Count).Select(number => MessageId.New(Epoch.AddMilliseconds(50 * number))), deliveries: 2);
        using var locator = new MessageLocator(database);
        foreach (var key in (long[])[1, 2, 777, Count / 2, Count - 1, Count])
        {
            var before = locator.RowsRead;
            Assert.Equal(key, locator.FindMessage(IdOf(database, key)));
            Assert.Equal((key * 2) - 1, locator.FindDelivery(key));

            // Twice seventeen halvings, and what came within the tolerance before: 5 s of 20 messages.
            Assert.InRange(locator.RowsRead - before, 1, 160);
        }

        var reads = locator.RowsRead;
        Assert.Null(locator.FindMessage(MessageId.New(Epoch.AddMinutes(30))));
        Assert.InRange(locator.RowsRead - reads, 1, 300);
    }

    /// <summary>Messages come with their ids in any order: a little late, after the clock was set back or forward, and after transactions that failed; some are gone.</summary>
    [Fact]
    public void Whatever_the_order_of_ids_each_is_found() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 20_000], Gen.Int[-50_000, 50_000]).Array[1, 80].Sample(
            steps =>
            {
                using var directory = new SpoolDirectory();
                directory.Open().StopAsync().GetAwaiter().GetResult();
                using var database = SqliteDatabase.Open(directory.Database, readOnly: false);
                database.Execute("PRAGMA synchronous=OFF");
                var keys = new KeySequence(0, 0);
                var now = Epoch;
                List<(long Key, MessageId Id)> kept = [];
                foreach (var (kind, pause, jump) in steps)
                {
                    now = now.AddMilliseconds(kind == 0 ? jump : pause / 10);
                    if (kind == 1)
                    {
                        keys.ForgetOrder();
                    }

                    // Up to 20 s on its way, which is more than the tolerance.
                    var id = MessageId.New(kind == 2 ? now.AddMilliseconds(-pause) : now.AddMilliseconds(-pause / 5));
                    var key = Insert(database, keys, id);
                    if (kind != 3)
                    {
                        kept.Add((key, id));
                    }
                    else
                    {
                        database.Execute($"DELETE FROM message WHERE key={key}");
                    }
                }

                using var locator = new MessageLocator(database);
                foreach (var (key, id) in kept)
                {
                    Assert.Equal(key, locator.FindMessage(id));
                    Assert.Null(locator.FindMessage(id with { Value = id.Value ^ 1 }));
                }
            },
            iter: 50);

    [Fact]
    public async Task Runs_of_which_nothing_is_left_are_forgotten()
    {
        var time = new SetClock(Epoch);
        var dispatcher = new TestDispatcher();
        await using var queue = _directory.Open(time);
        queue.Start(dispatcher);
        foreach (var hours in (int[])[0, -1, -2, -3])
        {
            var message = Message(To("relay:a", "x@example.com"), TestHistory.Typical, MessageId.New(Epoch.AddHours(hours)));
            await AcceptAsync(queue, message, Content(10));
            Assert.NotNull(await queue.Administration.FindAsync(message.Id));
        }

        // The first needs no beginning.
        Assert.Equal(3, _directory.Query("SELECT count(*) FROM id_run"));
        for (var i = 0; i < 3; i++)
        {
            queue.Settle(await dispatcher.TakeAsync(), new DeliverySettlement());
        }

        await QueueStates.UntilAsync(() => queue.Messages == 1);
        time.Advance(TimeSpan.FromMinutes(1));
        await AcceptAsync(queue, Message(To("relay:a", "x@example.com"), TestHistory.Typical, MessageId.New(Epoch)), Content(10));
        Assert.Equal(0, _directory.Query("SELECT count(*) FROM id_run"));
    }

    private static MessageId IdOf(SqliteDatabase database, long key)
    {
        using var row = database.Prepare("SELECT id FROM message WHERE key=?1");
        Assert.True(row.Bind(1, key).Step());
        return MessageId.Read(row.Blob(0));
    }

    private static void Fill(SqliteDatabase database, IEnumerable<MessageId> ids, int deliveries)
    {
        database.Execute("PRAGMA synchronous=OFF");
        database.Execute("BEGIN");
        var keys = new KeySequence(0, 0);
        using var delivery = database.Prepare("INSERT INTO delivery(key,message,destination,attempts,next_attempt_at,instructions,state) VALUES(?1,?2,'relay:a',0,0,x'',1)");
        foreach (var id in ids)
        {
            var key = Insert(database, keys, id);
            for (var i = 0; i < deliveries; i++)
            {
                delivery.Bind(1, keys.NextDeliveries(1)).Bind(2, key).Run();
            }
        }

        database.Execute("COMMIT");
    }

    private static long Insert(SqliteDatabase database, KeySequence keys, MessageId id)
    {
        var key = keys.NextMessage(id, out var beginsRun);
        Span<byte> octets = stackalloc byte[16];
        id.Write(octets);
        using var message = database.Prepare("INSERT INTO message(key,id,received_at,expires_at,size,head,envelope) VALUES(?1,?2,0,0,0,0,x'')");
        message.Bind(1, key).Bind(2, octets).Run();
        if (beginsRun)
        {
            database.Execute($"INSERT INTO id_run(first) VALUES({key})");
        }

        return key;
    }
}
