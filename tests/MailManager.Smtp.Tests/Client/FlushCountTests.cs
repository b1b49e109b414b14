using System.IO.Pipelines;
using System.Net;
using System.Text;
using MailManager.Smtp.Client;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Client;

/// <summary>
/// How often a session flushes, which is how often it sends: a small segment left over would wait for the acknowledgement of the one before
/// it, 40 ms.
/// </summary>
public sealed class FlushCountTests
{
    [Fact]
    public async Task A_pipelined_message_takes_two_flushes()
    {
        await using var peer = new CannedPeer("PIPELINING", "SIZE 1000000");
        await peer.OpenAsync();
        var before = peer.Flushes;
        for (var i = 0; i < 3; i++)
        {
            peer.Answer("250 a\r\n250 b\r\n250 c\r\n354 go\r\n", "250 queued\r\n");
            var result = await peer.Connection.SendAsync(Message(60_000, "a@x.test", "b@x.test"));
            Assert.Null(result.Failure);
        }

        Assert.Equal(6, peer.Flushes - before);
    }

    [Fact]
    public async Task Without_pipelining_each_command_is_one_flush()
    {
        await using var peer = new CannedPeer();
        await peer.OpenAsync();
        var before = peer.Flushes;
        peer.Answer("250 a\r\n", "250 b\r\n", "354 go\r\n", "250 queued\r\n");
        var result = await peer.Connection.SendAsync(Message(1000, "a@x.test"));
        Assert.Null(result.Failure);
        Assert.Equal(4, peer.Flushes - before);
    }

    private static OutgoingMessage Message(int length, params string[] recipients) => new()
    {
        ReversePath = "s@x.test",
        Recipients = recipients,
        Prefix = "Received: x\r\n"u8.ToArray(),
        Head = Encoding.ASCII.GetBytes("Subject: x\r\n\r\n" + string.Concat(Enumerable.Repeat(".line\r\n", (length - 14) / 7))),
        ContentLength = 14 + ((length - 14) / 7 * 7),
    };

    /// <summary>Sends one canned answer for each flush that it gets.</summary>
    private sealed class CannedPeer : IAsyncDisposable
    {
        private readonly DeadlineClock _clock = new(new FakeTimeProvider());
        private readonly Pipe _toClient = new();
        private readonly CountingWriter _output;
        private readonly string[] _extensions;
        private readonly Queue<string> _answers = new();

        public CannedPeer(params string[] extensions)
        {
            _extensions = extensions;
            _output = new CountingWriter(this);
            var context = new DefaultConnectionContext("test", new Duplex(_toClient.Reader, _output), new Duplex(_toClient.Reader, _output));
            Connection = new SmtpClientConnection(context, new IPEndPoint(IPAddress.Loopback, 25), _clock);
        }

        public SmtpClientConnection Connection { get; }

        public int Flushes => _output.Flushes;

        public async Task OpenAsync()
        {
            var hello = string.Join("\r\n", (string[])["250-peer", .. _extensions.Select(extension => "250-" + extension), "250 HELP"]) + "\r\n";
            Answer(hello);
            await _toClient.Writer.WriteAsync("220 hi\r\n"u8.ToArray());
            Assert.Null(await Connection.OpenAsync(new SmtpClientSettings { Hostname = "c.test", ServerName = "peer", Tls = SmtpClientTls.None }));
        }

        public void Answer(params string[] answers) => Array.ForEach(answers, _answers.Enqueue);

        public ValueTask DisposeAsync()
        {
            _clock.Dispose();
            return ValueTask.CompletedTask;
        }

        private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

        private sealed class CountingWriter(CannedPeer peer) : PipeWriter
        {
            private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));

            public int Flushes { get; private set; }

            public override bool CanGetUnflushedBytes => true;

            public override long UnflushedBytes => _pipe.Writer.UnflushedBytes;

            public override void Advance(int bytes) => _pipe.Writer.Advance(bytes);

            public override Memory<byte> GetMemory(int sizeHint = 0) => _pipe.Writer.GetMemory(sizeHint);

            public override Span<byte> GetSpan(int sizeHint = 0) => _pipe.Writer.GetSpan(sizeHint);

            public override void CancelPendingFlush() => _pipe.Writer.CancelPendingFlush();

            public override void Complete(Exception? exception = null) => _pipe.Writer.Complete(exception);

            public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
            {
                Flushes++;
                await _pipe.Writer.FlushAsync(cancellationToken);
                return await peer._toClient.Writer.WriteAsync(Encoding.ASCII.GetBytes(peer._answers.Dequeue()), cancellationToken);
            }
        }
    }
}
