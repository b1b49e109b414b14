using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Smtp.Grammar;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Benchmarks.Queue;

/// <summary>
/// What a backlog costs in time and memory. Arguments: directory, messages of 10 KiB to accept; 0: open what is there.
/// </summary>
internal static class QueueBacklog
{
    private const int Size = 10240;
    private const int Writers = 100;

    public static async Task<int> RunAsync(string[] args)
    {
        var count = int.Parse(args[1], CultureInfo.InvariantCulture);
        var options = new MailQueueOptions { Directory = args[0] };
        if (count > 0)
        {
            await using var queue = MailQueue.Open(options, TimeProvider.System, NullLogger.Instance);
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => FillAsync(queue, count / Writers)));
            Report("filled", queue);
            return 0;
        }

        var watch = Stopwatch.StartNew();
        await using var reopened = MailQueue.Open(options, TimeProvider.System, NullLogger.Instance);
        Console.WriteLine($"opened in {watch.Elapsed.TotalSeconds:N2} s, CPU {Environment.CpuUsage.TotalTime.TotalSeconds:N2} s");
        Report("opened", reopened);
        return 0;
    }

    private static void Report(string when, MailQueue queue)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(
            $"{when}: {queue.Messages} messages, managed {GC.GetTotalMemory(true) >> 20} MiB, resident {process.WorkingSet64 >> 20} MiB, " +
            $"peak {process.PeakWorkingSet64 >> 20} MiB");
    }

    private static async Task FillAsync(MailQueue queue, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var content = new MessageContent(ArrayPool<byte>.Shared.Rent(Size), Size, Size, file: null);
            var now = DateTimeOffset.UtcNow;
            var sender = $"sender{i}@example.org";
            var recipient = $"recipient{i}@example.com";
            var message = new QueuedMessage
            {
                Id = MessageId.New(now),
                Origin = "front-door",
                ReceivedAt = now,
                ExpiresAt = now.AddDays(4),
                Envelope = new MessageEnvelope(sender, [recipient], BodyType.SevenBit),
                Deliveries = [new DeliveryInstructions { Destination = "relay:exchange", ReversePath = sender, Recipients = [recipient], Prefix = new byte[300] }],
            };
            await queue.AcceptAsync(new AcceptedMessage(message, content));
            content.Release();
        }
    }
}
