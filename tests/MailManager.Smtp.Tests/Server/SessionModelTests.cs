using System.Net;
using System.Text;
using CsCheck;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Smtp.Tests.Server;

/// <summary>
/// Random dialogues, cut at random places, against a model: the class of faults in which a server's idea of the transaction and the client's drift
/// apart, so that a message skips a check or reaches a recipient of another one.
/// </summary>
public class SessionModelTests
{
    private static readonly Gen<string> Address = OneOf("a@b.example", "c@d.example", "denied@b.example");

    private static readonly Gen<SessionStep> Step = Gen.Frequency(
        (3, OneOf("EHLO", "helo").Select(verb => (SessionStep)new SessionStep.Hello(verb))),
        (1, Gen.Const((SessionStep)new SessionStep.BadHello())),
        (6, Address.Select(sender => (SessionStep)new SessionStep.Mail(sender))),
        (8, Address.Select(recipient => (SessionStep)new SessionStep.Recipient(recipient))),
        (6, OneOf("", "text\r\n", "fail\r\n", "x\0\r\n", "one\r\ntwo\r\n").Select(content => (SessionStep)new SessionStep.Message(content))),
        (1, Gen.Const((SessionStep)new SessionStep.Reset())),
        (1, Gen.Const((SessionStep)new SessionStep.Noop())),
        (1, Gen.Const((SessionStep)new SessionStep.Verify())),
        (1, Gen.Const((SessionStep)new SessionStep.Unknown())));

    [Fact]
    public async Task Every_dialogue_is_answered_as_the_model_says_and_takes_the_same_messages()
    {
        var transport = new MemoryTransport();
        await using var server = new SmtpServer(transport, new SessionGovernorOptions { ConnectionsPerMinute = 0 }, TimeProvider.System, NullLoggerFactory.Instance);
        var service = new ModelService();
        var options = new SmtpServerOptions { Hostname = "mx.example", Limits = new SessionLimits { Recipients = SessionStep.MaxRecipients, Errors = SessionStep.MaxErrors, UnknownCommands = 1000 } };
        await server.BindAsync(new IPEndPoint(IPAddress.Loopback, 25), options, service);

        await Gen.Select(Step.Array[0, 25], Gen.Int[1, 40]).SampleAsync(
            async (steps, piece) =>
            {
                SessionStep[] all = [.. steps, new SessionStep.Quit()];
                var model = new SessionModel();
                var expected = new List<int> { 220 };
                var octets = new StringBuilder();
                foreach (var step in all.TakeWhile(_ => !model.IsOver))
                {
                    octets.Append(step.Octets);
                    expected.AddRange(model.Answer(step));
                }

                var (codes, accepted) = await RunAsync(transport, service, octets.ToString(), piece);
                Assert.Equal(expected, codes);
                Assert.Equal(model.Accepted, accepted);
            },
            iter: 3000,
            threads: 1);
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    /// <summary>Sends everything in pieces of some octets and returns the codes of all replies, and what was accepted.</summary>
    private static async Task<(List<int> Codes, List<string> Accepted)> RunAsync(MemoryTransport transport, ModelService service, string octets, int piece)
    {
        var accepted = service.Accepted = [];
        var client = transport.Connect();
        var reading = ReadAllAsync(client.Input);
        var data = Encoding.Latin1.GetBytes(octets);
        for (var at = 0; at < data.Length; at += piece)
        {
            var result = await client.Output.WriteAsync(data.AsMemory(at, Math.Min(piece, data.Length - at)));
            if (result.IsCompleted)
            {
                break;
            }
        }

        await client.Output.CompleteAsync();
        var replies = await reading.WaitAsync(TimeSpan.FromSeconds(30));
        var codes = replies.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.Length < 4 || line[3] == ' ')
            .Select(line => int.Parse(line[..3], System.Globalization.CultureInfo.InvariantCulture));
        return ([.. codes], accepted);
    }

    private static async Task<string> ReadAllAsync(System.IO.Pipelines.PipeReader input)
    {
        using var stream = input.AsStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync();
    }

    private sealed class ModelService : ISmtpService
    {
        public List<string> Accepted { get; set; } = [];

        public ISmtpSessionHandler OpenSession(SmtpSessionInfo session) => new Handler(Accepted);

        private sealed class Handler(List<string> accepted) : ISmtpSessionHandler, IMessageSink
        {
            private static readonly SmtpReply Denied = new(550, new EnhancedStatus(5, 7, 1), "Denied");

            private readonly List<string> _recipients = [];
            private readonly StringBuilder _content = new();
            private string? _sender;

            public long MaxMessageSize => 10_000;

            public ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new SmtpReply(220, "mx.example"));

            public ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken)
            {
                Assert.Null(_sender);
                var sender = Encoding.ASCII.GetString(command.ReversePath);
                if (sender.StartsWith("denied", StringComparison.Ordinal))
                {
                    return ValueTask.FromResult(Denied);
                }

                _sender = sender;
                return ValueTask.FromResult(StandardReplies.SenderOk);
            }

            public ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken)
            {
                Assert.NotNull(_sender);
                var recipient = Encoding.ASCII.GetString(command.ForwardPath);
                if (recipient.StartsWith("denied", StringComparison.Ordinal))
                {
                    return ValueTask.FromResult(Denied);
                }

                _recipients.Add(recipient);
                return ValueTask.FromResult(StandardReplies.RecipientOk);
            }

            public SmtpReply BeginData(out IMessageSink? sink)
            {
                Assert.NotEmpty(_recipients);
                sink = this;
                return StandardReplies.StartMailInput;
            }

            public ValueTask<SmtpReply> EndDataAsync(DataFaults faults, CancellationToken cancellationToken)
            {
                var content = _content.ToString();
                var message = $"{_sender}|{string.Join(',', _recipients)}|{content}";
                Reset();
                if (faults != DataFaults.None)
                {
                    return ValueTask.FromResult(StandardReplies.BareLineEnds);
                }

                if (content.Contains("fail", StringComparison.Ordinal))
                {
                    return ValueTask.FromResult(StandardReplies.InternalFault);
                }

                accepted.Add(message);
                return ValueTask.FromResult(StandardReplies.Ok);
            }

            public void Reset()
            {
                _sender = null;
                _recipients.Clear();
                _content.Clear();
            }

            public void Close()
            {
            }

            public void Append(ReadOnlySpan<byte> octets) => _content.Append(Encoding.Latin1.GetString(octets));
        }
    }
}
