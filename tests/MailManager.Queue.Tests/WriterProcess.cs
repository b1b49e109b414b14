namespace MailManager.Queue.Tests;

/// <summary>
/// This test program as a process of its own that fills a spool until it is killed. For every message it first prints
/// <c>try ID FILE</c> (the body file's name or <c>-</c>) and, when the queue has answered, <c>ok ID</c>, <c>full ID</c> or <c>failed ID</c>; for every settlement <c>settle ID</c>
/// before it is handed over. One line is one write.
/// </summary>
internal static class WriterProcess
{
    public const string Mode = "writer-process";
    private const int Writers = 20;

    public static async Task<int> RunAsync(string directory)
    {
        await using var queue = MailQueue.Open(
            new MailQueueOptions { Directory = directory }, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        queue.Start(new TestDispatcher
        {
            // A third is delivered, a third deferred for long, a third never answered.
            OnDispatch = delivery =>
            {
                switch (delivery.Key % 3)
                {
                    case 0:
                        Say($"settle {delivery.MessageId}");
                        queue.Settle(delivery, new DeliverySettlement());
                        break;
                    case 1:
                        queue.Settle(
                            delivery,
                            new DeliverySettlement { Remaining = delivery.Instructions.Recipients, NextAttemptAt = DateTimeOffset.UtcNow.AddDays(1) });
                        break;
                }
            },
        });
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer))));
        return 0;

        async Task WriteAsync(int writer)
        {
            for (var i = 0; ; i++)
            {
                var message = TestMessages.Message(TestMessages.To("relay:a", "x@example.com"));
                var content = (writer + i) % 10 == 0 ? TestMessages.Content(70_000, queue) : TestMessages.Content(64 + (i % 20 * 1000));
                Say($"try {message.Id} {content.File?.Name ?? "-"}");
                var result = await TestMessages.AcceptAsync(queue, message, content);
                var word = result switch
                {
                    AcceptResult.Committed => "ok",
                    AcceptResult.StorageFull => "full",
                    _ => "failed",
                };
                Say($"{word} {message.Id}");
            }
        }

        void Say(string line)
        {
            lock (output)
            {
                output.WriteLine(line);
            }
        }
    }
}
