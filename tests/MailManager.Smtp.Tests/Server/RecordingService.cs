using System.Text;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;

namespace MailManager.Smtp.Tests.Server;

/// <summary>A service that takes everything, unless told otherwise, and records what it was told.</summary>
internal sealed class RecordingService : ISmtpService
{
    private readonly Lock _lock = new();
    private readonly List<string> _events = [];

    public SmtpReply Greeting { get; set; } = new(220, "mx.example ESMTP");

    public Func<string, Task<SmtpReply>> OnMail { get; set; } = _ => Task.FromResult(StandardReplies.SenderOk);

    public Func<string, Task<SmtpReply>> OnRecipient { get; set; } = _ => Task.FromResult(StandardReplies.RecipientOk);

    public Func<Task<SmtpReply>> OnEndData { get; set; } = () => Task.FromResult(StandardReplies.Ok);

    public long MaxMessageSize { get; set; } = 100_000;

    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string[] Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>The client's end point at each MAIL.</summary>
    public List<string> Clients { get; } = [];

    /// <summary>Who had authenticated at each MAIL.</summary>
    public List<string?> Identities { get; } = [];

    public bool FailsToOpen { get; set; }

    public ISmtpSessionHandler OpenSession(SmtpSessionInfo session) =>
        FailsToOpen ? throw new InvalidOperationException("The service fails.") : new Handler(this, session);

    private void Record(string text)
    {
        lock (_lock)
        {
            _events.Add(text);
        }
    }

    private sealed class Handler(RecordingService service, SmtpSessionInfo session) : ISmtpSessionHandler, IMessageSink
    {
        private readonly StringBuilder _data = new();

        public long MaxMessageSize => service.MaxMessageSize;

        public ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken) => ValueTask.FromResult(service.Greeting);

        public ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken)
        {
            var path = Encoding.UTF8.GetString(command.ReversePath);
            service.Clients.Add(session.Client.ToString());
            service.Identities.Add(session.AuthenticatedAs);
            service.Record($"mail {path} helo={session.Helo} tls={session.TlsCipherSuite is not null}");
            return new ValueTask<SmtpReply>(service.OnMail(path));
        }

        public ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken)
        {
            var path = Encoding.UTF8.GetString(command.ForwardPath);
            service.Record($"rcpt {path}");
            return new ValueTask<SmtpReply>(service.OnRecipient(path));
        }

        public SmtpReply BeginData(out IMessageSink? sink)
        {
            _data.Clear();
            sink = this;
            return StandardReplies.StartMailInput;
        }

        public async ValueTask<SmtpReply> EndDataAsync(DataFaults faults, CancellationToken cancellationToken)
        {
            service.Record(faults == DataFaults.None ? $"data {_data}" : $"faulty {faults}");
            return faults == DataFaults.None ? await service.OnEndData()
                : faults.HasFlag(DataFaults.TooLarge) ? StandardReplies.MessageTooLarge
                : StandardReplies.BareLineEnds;
        }

        public void Reset() => service.Record("reset");

        public void Close()
        {
            service.Record("close");
            service.Closed.TrySetResult();
        }

        public void Append(ReadOnlySpan<byte> octets) => _data.Append(Encoding.Latin1.GetString(octets));
    }
}
