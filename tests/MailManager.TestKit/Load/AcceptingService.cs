using System.Threading.Tasks.Sources;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;

namespace MailManager.TestKit.Load;

/// <summary>Takes everything and does nothing with it. Answers the end of a message from another thread, as storage does. Allocates nothing for a transaction.</summary>
public sealed class AcceptingService : ISmtpService
{
    public ISmtpSessionHandler OpenSession(SmtpSessionInfo session) => new Handler();

    private sealed class Handler : ISmtpSessionHandler, IMessageSink
    {
        private readonly PooledAnswer<SmtpReply> _answer = new();

        public long MaxMessageSize => 1024 * 1024;

        public ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new SmtpReply(220, "mx.example ESMTP"));

        public ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken) => ValueTask.FromResult(StandardReplies.SenderOk);

        public ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken) => ValueTask.FromResult(StandardReplies.RecipientOk);

        public SmtpReply BeginData(out IMessageSink? sink)
        {
            sink = this;
            return StandardReplies.StartMailInput;
        }

        public ValueTask<SmtpReply> EndDataAsync(DataFaults faults, CancellationToken cancellationToken) =>
            _answer.Give(faults == DataFaults.None ? StandardReplies.Ok : StandardReplies.BareLineEnds);

        public void Reset()
        {
        }

        public void Close()
        {
        }

        public void Append(ReadOnlySpan<byte> octets)
        {
        }
    }
}

/// <summary>An answer that another thread gives a moment later, one at a time, without a task for each.</summary>
public sealed class PooledAnswer<T> : IValueTaskSource<T>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<T> _core;
    private T _result = default!;

    public ValueTask<T> Give(T result)
    {
        _core.Reset();
        _result = result;
        var answer = new ValueTask<T>(this, _core.Version);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return answer;
    }

    public void Execute() => _core.SetResult(_result);

    public T GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
