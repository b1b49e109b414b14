using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using MailManager.Messages.Bytes;
using MailManager.Messages.Envelope;
using MailManager.Queue;
using MailManager.Smtp.Grammar;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Benchmarks.Queue;

/// <summary>
/// Whole life of messages through the spool: so many writers accept in a closed loop and every delivery is settled as done on another
/// thread. Prints rate, latency, CPU of the whole process and commits. Arguments: directory, writers, seconds, octets, microseconds of CPU
/// that a session burns per message (0: none), to stand for the rest of a server.
/// </summary>
internal sealed class QueueLoad : IDeliveryDispatcher
{
    private readonly BlockingCollection<QueuedDelivery> _dispatched = [];
    private readonly string _directory;
    private readonly int _writers;
    private readonly int _size;
    private readonly TimeSpan _think;
    private long _settled;

    private QueueLoad(string directory, int writers, int size, TimeSpan think)
    {
        _directory = directory;
        _writers = writers;
        _size = size;
        _think = think;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var number = (int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;
        var load = new QueueLoad(args[0], number(1, 20), number(3, 10240), TimeSpan.FromMicroseconds(number(4, 0)));
        await load.RunAsync(TimeSpan.FromSeconds(number(2, 5)));
        return 0;
    }

    public void Dispatch(QueuedDelivery delivery) => _dispatched.Add(delivery);

    private async Task RunAsync(TimeSpan duration)
    {
        long batches = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "mailmanager.queue.batches")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref batches, value));
        listener.Start();

        await using var queue = MailQueue.Open(new MailQueueOptions { Directory = _directory }, TimeProvider.System, NullLogger.Instance);
        var settler = Task.Factory.StartNew(
            () =>
            {
                foreach (var delivery in _dispatched.GetConsumingEnumerable())
                {
                    queue.Settle(delivery, new DeliverySettlement());
                    _settled++;
                }
            },
            TaskCreationOptions.LongRunning);
        queue.Start(this);

        await WriteAllAsync(queue, TimeSpan.FromSeconds(1));
        batches = 0;
        var before = Environment.CpuUsage.TotalTime;
        var allocated = GC.GetTotalAllocatedBytes();
        var watch = Stopwatch.StartNew();
        var latencies = await WriteAllAsync(queue, duration);
        var elapsed = watch.Elapsed;
        var cpu = Environment.CpuUsage.TotalTime - before;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        var count = latencies.Count;
        latencies.Sort();
        Console.WriteLine(
            $"{_writers} writers, {_size} octets: {count / elapsed.TotalSeconds:N0} msg/s, p50 {latencies[count / 2]:N2} ms, " +
            $"p99 {latencies[(int)(count * 0.99)]:N1} ms, CPU {cpu.TotalMilliseconds / count:N4} ms/msg, " +
            $"{(double)batches / count:N3} commits/msg, {allocated / count:N0} octets allocated/msg, {count} messages");
        _dispatched.CompleteAdding();
        await settler;
    }

    private async Task<List<double>> WriteAllAsync(MailQueue queue, TimeSpan duration)
    {
        using var cancellation = new CancellationTokenSource(duration);
        var writers = Enumerable.Range(0, _writers).Select(_ => Task.Run(() => WriteAsync(queue, cancellation.Token))).ToArray();
        return (await Task.WhenAll(writers)).SelectMany(latencies => latencies).ToList();
    }

    private async Task<List<double>> WriteAsync(MailQueue queue, CancellationToken cancellation)
    {
        List<double> latencies = [];
        var prefix = new byte[300];
        while (!cancellation.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(started) < _think)
            {
                Thread.SpinWait(20);
            }

            var content = Content(queue);
            var now = DateTimeOffset.UtcNow;
            var message = new QueuedMessage
            {
                Id = MessageId.New(now),
                Origin = "front-door",
                ReceivedAt = now,
                ExpiresAt = now.AddDays(4),
                Envelope = new MessageEnvelope("sender@example.org", ["recipient@example.com"], BodyType.SevenBit),
                Deliveries =
                [
                    new DeliveryInstructions
                    {
                        Destination = "relay:exchange",
                        ReversePath = "sender@example.org",
                        Recipients = ["recipient@example.com"],
                        Prefix = prefix,
                    },
                ],
            };
            started = Stopwatch.GetTimestamp();
            var result = await queue.AcceptAsync(new AcceptedMessage(message, content));
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            content.Release();
            if (result != AcceptResult.Committed)
            {
                throw new IOException(result.ToString());
            }
        }

        return latencies;
    }

    private MessageContent Content(MailQueue queue)
    {
        const int Inline = 64 << 10;
        var rented = ArrayPool<byte>.Shared.Rent(_size);
        if (_size <= Inline)
        {
            return new MessageContent(rented, _size, _size, file: null);
        }

        var file = queue.BodyFiles.Create();
        file.Append(rented.AsSpan(0, _size));
        return new MessageContent(rented, Inline, _size, file);
    }
}
