using MailManager.Queue.Spool;
using Microsoft.Extensions.Time.Testing;
using static MailManager.Queue.Tests.TestMessages;

namespace MailManager.Queue.Tests.Recovery;

/// <summary>A spool of 200,000 messages: 100,000 of them for one destination that takes nothing, the others for 1,000 that do.</summary>
public sealed class LargeBacklogTests : IDisposable
{
    private const int Messages = 200_000;
    private const int Destinations = 1000;

    private readonly SpoolDirectory _directory = new();
    private readonly FakeTimeProvider _time = new(Epoch.AddHours(1));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_start_takes_none_into_memory_and_a_dead_destination_holds_up_none_of_a_thousand()
    {
        await FillAsync();
        await using var queue = _directory.Open(_time, path => new MailQueueOptions { Directory = path, ReserveBytes = 1 << 20, MaxInMemory = 5000 });
        Assert.Equal((Messages, Messages), (queue.Messages, queue.Deliveries));
        Assert.Equal(Messages, queue.WaitingInSpool);
        var delivered = 0;
        var stuck = 0;
        var dispatcher = new TestDispatcher();
        dispatcher.OnDispatch = delivery =>
        {
            if (delivery.Instructions.Destination == "mx:0.example")
            {
                Interlocked.Increment(ref stuck);
                return;
            }

            Interlocked.Increment(ref delivered);
            queue.Settle(delivery, new DeliverySettlement());
        };
        queue.Start(dispatcher);
        await QueueStates.UntilAsync(() => Volatile.Read(ref delivered) == Messages / 2);
        Assert.InRange(stuck, 1, new MailQueueOptions { Directory = "unused" }.DispatchWindow);
        await queue.StopAsync();
        Assert.Equal(Messages / 2, _directory.Query("SELECT count(*) FROM message"));
    }

    /// <summary>One message that the queue wrote, many times over.</summary>
    private async Task FillAsync()
    {
        await using (var queue = _directory.Open(_time))
        {
            await AcceptAsync(queue, Message(To("mx:0.example", "x@example.com")), Content(500));
        }

        using var database = SqliteDatabase.Open(_directory.Database, readOnly: false);
        database.Execute("PRAGMA synchronous=OFF");
        database.Execute("BEGIN");
        database.Execute(
            $"""
            WITH RECURSIVE number(value) AS (SELECT 2 UNION ALL SELECT value+1 FROM number WHERE value<{Messages})
            INSERT INTO message(key,id,received_at,expires_at,size,head,file,envelope,body)
            SELECT value,randomblob(16),received_at,expires_at,size,head,file,envelope,body FROM number, message WHERE key=1
            """);
        database.Execute(
            $"""
            WITH RECURSIVE number(value) AS (SELECT 2 UNION ALL SELECT value+1 FROM number WHERE value<{Messages})
            INSERT INTO delivery(key,message,destination,attempts,next_attempt_at,failure,instructions,state)
            SELECT value,value,'mx:'||iif(value%2=0,0,1+value/2%{Destinations})||'.example',0,next_attempt_at,NULL,instructions,1
            FROM number, delivery WHERE key=1
            """);
        database.Execute("UPDATE delivery SET destination='mx:1.example',state=1 WHERE key=1");
        database.Execute("COMMIT");
    }
}
