using System.Threading.Tasks.Sources;
using MailManager.Smtp.Replies;

namespace MailManager.Smtp.Tests.Server;

/// <summary>An answer that is not made before the session waits for it: by then it has set its deadline, and time may pass.</summary>
internal sealed class AwaitedAnswer(Func<SmtpReply> answer) : IValueTaskSource<SmtpReply>
{
    private ManualResetValueTaskSourceCore<SmtpReply> _core = new() { RunContinuationsAsynchronously = true };

    public ValueTask<SmtpReply> Task => new(this, _core.Version);

    public SmtpReply GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _core.OnCompleted(continuation, state, token, flags);
        try
        {
            _core.SetResult(answer());
        }
        catch (Exception fault)
        {
            _core.SetException(fault);
        }
    }
}
