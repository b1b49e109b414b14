using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using CsCheck;
using MailManager.Smtp.Server;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>
/// Random dialogues, cut at random places, with a service that fails at random and clients that fall silent, against a model: the class of faults in
/// which a server's idea of the transaction and the client's drift apart, so that a message skips a check or reaches a recipient of another one. Every
/// address and content has a number of its own, so whatever reaches another transaction is seen.
/// </summary>
public class SessionModelTests
{
    private static int _clients;

    [Fact]
    public Task Every_dialogue_in_clear_text_is_as_the_model_says() =>
        SampleAsync(SessionKind.Plain, Gen.Const<string[]>([]), iterations: 14_000);

    [Fact]
    public Task Every_lmtp_dialogue_is_as_the_model_says() =>
        SampleAsync(SessionKind.Lmtp, Gen.Const<string[]>([]), iterations: 4_000);

    [Fact]
    public Task Every_dialogue_that_turns_to_tls_is_as_the_model_says() =>
        SampleAsync(SessionKind.Tls, SessionSteps.BeforeTls, iterations: 2_000);

    [Fact]
    public Task Every_dialogue_of_submission_is_as_the_model_says() =>
        SampleAsync(SessionKind.Submission, SessionSteps.BeforeTls, iterations: 2_000);

    /// <param name="kind">The listener.</param>
    /// <param name="clearText">What comes before STARTTLS, where there is TLS.</param>
    /// <param name="iterations">Dialogues.</param>
    private static async Task SampleAsync(SessionKind kind, Gen<string[]> clearText, int iterations)
    {
        var lanes = new ConcurrentBag<Lane>();
        var timeouts = new ConcurrentDictionary<SessionPlace, int>();
        await Gen.Select(clearText, SessionSteps.For(kind), Gen.Int[1, 40], SessionSteps.Pauses).SampleAsync(
            async (before, steps, piece, pause) =>
            {
                var lane = lanes.TryTake(out var free) ? free : await Lane.StartAsync(kind);
                if (await lane.CheckAsync(before, steps, piece, pause) is { } place)
                {
                    timeouts.AddOrUpdate(place, 1, (_, count) => count + 1);
                }

                lanes.Add(lane);
            },
            iter: iterations,
            threads: 4,
            print: sample => $"piece {sample.Item3}, {sample.Item4}\n{string.Join('\n', [.. sample.Item1, "---", .. sample.Item2])}".Replace("\r\n", "⏎", StringComparison.Ordinal));
        foreach (var lane in lanes)
        {
            await lane.DisposeAsync();
        }

        // Sessions were out of time wherever they can be.
        SessionPlace[] secure = kind.HasTls ? [SessionPlace.Response, SessionPlace.Handshake] : [];
        Assert.Equal(
            [SessionPlace.Command, SessionPlace.Line, SessionPlace.Data, SessionPlace.Chunk, .. secure, SessionPlace.Answer],
            timeouts.Keys.Order());
    }

    /// <summary>A server that has one session at a time, so that what it counts is that session's.</summary>
    private sealed class Lane(SessionKind kind, MemoryTransport transport, SmtpServer server, ModelService service) : IAsyncDisposable
    {
        public static async Task<Lane> StartAsync(SessionKind kind)
        {
            // Inline, as the server's socket transport schedules: what wakes a session also runs it.
            var transport = new MemoryTransport(new PipeOptions(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
            var time = new FakeTimeProvider();
            var server = new SmtpServer(transport, SessionKind.Governor, time, NullLoggerFactory.Instance);
            var service = new ModelService { Governor = server.Governor, Time = time };
            await server.BindAsync(new IPEndPoint(IPAddress.Loopback, 25), kind.Options(service), service);
            return new Lane(kind, transport, server, service);
        }

        /// <summary>Holds a session against the model; where its time was over, if it was.</summary>
        public async Task<SessionPlace?> CheckAsync(string[] before, string[] steps, int piece, SessionPause? pause)
        {
            var number = Interlocked.Increment(ref _clients);
            var address = new IPAddress(new byte[] { 10, (byte)(number >> 16), (byte)(number >> 8), (byte)number });
            var clear = kind.HasTls ? Number([.. before, "STARTTLS\r\n"], number, 0) : [];
            var rest = Number([.. steps, "QUIT\r\n"], number, before.Length);
            var clearLength = clear.Sum(step => step.Length);
            var paused = pause?.Position([.. clear, .. rest]) ?? 0;
            var model = new SessionModel(kind, address.ToString());
            service.Begin();
            await using (var dialogue = new ModelDialogue(model, transport, address, piece, service.Time))
            {
                await dialogue.SendAsync(string.Concat(clear), paused <= clearLength ? paused : 0, pause);
                if (model.IsHandshakeDue)
                {
                    await dialogue.StartTlsAsync();
                }

                // Without the handshake the session is over, or STARTTLS was part of a message: the rest would say what the first half does.
                if (!kind.HasTls || model.IsSecure)
                {
                    await dialogue.SendAsync(string.Concat(rest), paused - clearLength, pause);
                }

                await dialogue.EndAsync();
            }

            await service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal(model.Accepted, service.Accepted);
            Assert.Empty(service.Faults);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (server.OpenSessions > 0)
            {
                patience.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            Assert.Equal(0, server.Governor.Messages);
            return model.TimedOutAt;
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();

        /// <summary>Puts numbers in the place of <c>#</c>, and the client's own network in that of <c>%</c>.</summary>
        private static string[] Number(string[] steps, int client, int first) =>
            [.. steps.Select((step, i) => step
                .Replace("##", (first + i + 10).ToString("D2", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                .Replace("%", $"{(client >> 16) + 1:x}:{(client & 0xFFFF) + 1:x}", StringComparison.Ordinal))];
    }
}
