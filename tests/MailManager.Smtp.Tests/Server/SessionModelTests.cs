using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using CsCheck;
using MailManager.Smtp.Server;
using MailManager.TestKit.Peers;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>
/// Random dialogues, cut at random places, with a service that fails at random, against a model: the class of faults in which a server's idea of the
/// transaction and the client's drift apart, so that a message skips a check or reaches a recipient of another one. Every address and content has a
/// number of its own, so whatever reaches another transaction is seen.
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
        SampleAsync(SessionKind.Tls, SessionSteps.ClearText.Array[0, 6], iterations: 2_000);

    [Fact]
    public Task Every_dialogue_of_submission_is_as_the_model_says() =>
        SampleAsync(SessionKind.Submission, SessionSteps.ClearText.Array[0, 3], iterations: 2_000);

    /// <param name="kind">The listener.</param>
    /// <param name="clearText">What comes before STARTTLS, where there is TLS.</param>
    /// <param name="iterations">Dialogues.</param>
    private static async Task SampleAsync(SessionKind kind, Gen<string[]> clearText, int iterations)
    {
        var lanes = new ConcurrentBag<Lane>();
        await Gen.Select(clearText, SessionSteps.For(kind).Array[0, 30], Gen.Int[1, 40]).SampleAsync(
            async (before, steps, piece) =>
            {
                var lane = lanes.TryTake(out var free) ? free : await Lane.StartAsync(kind);
                await lane.CheckAsync(before, steps, piece);
                lanes.Add(lane);
            },
            iter: iterations,
            threads: 4,
            print: sample => $"piece {sample.Item3}\n{string.Join('\n', [.. sample.Item1, "---", .. sample.Item2])}".Replace("\r\n", "⏎", StringComparison.Ordinal));
        foreach (var lane in lanes)
        {
            await lane.DisposeAsync();
        }
    }

    /// <summary>A server that has one session at a time, so that what it counts is that session's.</summary>
    private sealed class Lane(SessionKind kind, MemoryTransport transport, SmtpServer server, ModelService service) : IAsyncDisposable
    {
        public static async Task<Lane> StartAsync(SessionKind kind)
        {
            var transport = new MemoryTransport();
            var server = new SmtpServer(transport, SessionKind.Governor, new FakeTimeProvider(), NullLoggerFactory.Instance);
            var service = new ModelService { Memory = server.Governor.Memory };
            await server.BindAsync(new IPEndPoint(IPAddress.Loopback, 25), kind.Options(service), service);
            return new Lane(kind, transport, server, service);
        }

        public async Task CheckAsync(string[] before, string[] steps, int piece)
        {
            var number = Interlocked.Increment(ref _clients);
            var address = new IPAddress(new byte[] { 10, (byte)(number >> 16), (byte)(number >> 8), (byte)number });
            var model = new SessionModel(kind, address.ToString());
            service.Begin();
            var connection = transport.Connect(address);
            await using (var client = RawSmtpClient.Over(connection, piece))
            {
                var codes = new List<int>();
                if (kind.HasTls)
                {
                    await SendAsync(client, Number(before, number, 0) + "STARTTLS\r\n", model);
                    if (model.IsHandshakeDue)
                    {
                        await ReadAsync(client, codes, model.Codes.Count);
                        Assert.Equal(model.Codes, codes);
                        await client.HandshakeAsync();
                        model.Secure();
                    }
                }

                if (kind.HasTls && codes.Count == 0)
                {
                    // The session is over, or what it took for the message is: the rest would say what the first half does.
                    await SendAsync(client, "", model);
                }
                else
                {
                    await SendAsync(client, Number([.. steps, "QUIT\r\n"], number, before.Length), model);
                }

                await client.EndAsync();
                await ReadAsync(client, codes, int.MaxValue);
                Assert.Equal(model.Codes, codes);
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
        }

        public ValueTask DisposeAsync() => server.DisposeAsync();

        /// <summary>Puts numbers in the place of <c>#</c>, and the client's own network in that of <c>%</c>.</summary>
        private static string Number(string[] steps, int client, int first)
        {
            var octets = new StringBuilder();
            for (var i = 0; i < steps.Length; i++)
            {
                octets.Append(steps[i]
                    .Replace("##", (first + i + 10).ToString("D2", CultureInfo.InvariantCulture), StringComparison.Ordinal)
                    .Replace("%", $"{(client >> 16) + 1:x}:{(client & 0xFFFF) + 1:x}", StringComparison.Ordinal));
            }

            return octets.ToString();
        }

        private static async Task SendAsync(RawSmtpClient client, string octets, SessionModel model)
        {
            model.Take(octets);
            await client.TrySendAsync(octets);
        }

        private static async Task ReadAsync(RawSmtpClient client, List<int> codes, int count)
        {
            while (codes.Count < count && await client.ReadReplyAsync() is { Length: >= 3 } reply)
            {
                codes.Add(int.Parse(reply[..3], CultureInfo.InvariantCulture));
            }
        }
    }
}
