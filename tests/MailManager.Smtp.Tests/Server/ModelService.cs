using System.Text;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Limits;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Server;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>
/// A service that fails wherever a dialogue asks it to: <c>denied</c>, <c>throw</c>, <c>begin</c> (no data at first), <c>full</c>, <c>fault</c> and
/// <c>endthrow</c> in addresses, <c>spam</c> in content, <c>fill</c> and <c>drain</c> for the memory of all messages. Addresses that say <c>late</c>
/// are answered from another thread, <c>slow</c> ones after longer than a client may be silent, <c>overdue</c> and <c>endoverdue</c> ones after longer
/// than the session has for an answer, and <c>never</c> and <c>endnever</c> ones not at all. One session at a time.
/// </summary>
internal sealed class ModelService : ISmtpService, ISaslAuthenticator
{
    public List<string> Accepted { get; private set; } = [];

    /// <summary>Calls that came out of order.</summary>
    public List<string> Faults { get; } = [];

    public TaskCompletionSource Closed { get; private set; } = new();

    /// <summary>Of the server that has this service.</summary>
    public required SessionGovernor Governor { get; init; }

    /// <summary>The server's clock.</summary>
    public required FakeTimeProvider Time { get; init; }

    /// <summary>Before each session.</summary>
    public void Begin()
    {
        Accepted = [];
        Faults.Clear();
        Closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public static string Describe(
        string client, string helo, string identity, bool isTls, string sender, IEnumerable<string> asked, IEnumerable<string> recipients, string content) =>
        $"{client} {helo} {identity} {isTls}|{sender}|{string.Join(',', asked)}|{string.Join(',', recipients)}|{content}";

    public ISmtpSessionHandler OpenSession(SmtpSessionInfo session) => new Handler(this, session);

    public IReadOnlyList<string> Mechanisms(bool hasChannelBinding) => ["TWO"];

    public ISaslExchange? Begin(ReadOnlySpan<byte> mechanism, SaslPeer peer) => mechanism.SequenceEqual("TWO"u8) ? new Exchange(this) : null;

    /// <summary>No answer comes: the session is out of time, and then out of the time for a last reply.</summary>
    private OperationCanceledException AnswerNever(CancellationToken cancellationToken)
    {
        Time.Advance(SessionKind.AnswerTimeout + SessionKind.Moment);
        Time.Advance(SessionKind.LastReplyTimeout + SessionKind.Moment);
        Expect(cancellationToken.IsCancellationRequested, "an answer is waited for without end");
        return new OperationCanceledException(cancellationToken);
    }

    private void Expect(bool isInOrder, string fault)
    {
        if (!isInOrder)
        {
            Faults.Add(fault);
        }
    }

    private sealed class Exchange(ModelService service) : ISaslExchange
    {
        private bool _isSecond;

        public async ValueTask<SaslStep> NextAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            if (!_isSecond)
            {
                _isSecond = true;
                return SaslStep.Continue("more?"u8.ToArray());
            }

            await Task.Yield();
            if (response!.Value.Span.SequenceEqual("never"u8))
            {
                throw service.AnswerNever(cancellationToken);
            }

            return response.Value.Span.SequenceEqual("two"u8) ? SaslStep.Succeed("one") : SaslStep.Fail(new SmtpReply(535, new EnhancedStatus(5, 7, 8), "Wrong"));
        }
    }

    private sealed class Handler(ModelService service, SmtpSessionInfo session) : ISmtpSessionHandler, IMessageSink
    {
        private static readonly SmtpReply Denied = new(550, new EnhancedStatus(5, 7, 1), "Denied");
        private static readonly SmtpReply Spam = new(554, new EnhancedStatus(5, 7, 1), "No");

        private readonly List<string> _asked = [];
        private readonly List<string> _recipients = [];
        private readonly StringBuilder _content = new();
        private string? _sender;
        private bool _hasBegun;
        private bool _wasRefused;
        private bool _hasFailed;
        private long _filled;

        public long MaxMessageSize => SessionKind.MaxMessageSize;

        public ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken)
        {
            Expect(_sender is null, "connect in a transaction");
            return ValueTask.FromResult(session.Client.Address.ToString().StartsWith("2001:db8:bad", StringComparison.Ordinal) ? Spam : new SmtpReply(220, "mx.example"));
        }

        public ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken)
        {
            Expect(_sender is null && _recipients.Count == 0 && _asked.Count == 0 && _content.Length == 0, "MAIL in a transaction");
            var sender = Encoding.Latin1.GetString(command.ReversePath);
            return AnswerAsync(sender, Answer, cancellationToken);

            SmtpReply Answer()
            {
                if (sender.StartsWith("denied", StringComparison.Ordinal))
                {
                    return Denied;
                }

                _sender = sender;
                return StandardReplies.SenderOk;
            }
        }

        public ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken)
        {
            Expect(_sender is not null && !_hasBegun, "RCPT out of order");
            var recipient = Encoding.Latin1.GetString(command.ForwardPath);
            _asked.Add(recipient);
            return AnswerAsync(recipient, Answer, cancellationToken);

            SmtpReply Answer()
            {
                if (recipient.StartsWith("denied", StringComparison.Ordinal))
                {
                    return Denied;
                }

                if (recipient.StartsWith("fill", StringComparison.Ordinal))
                {
                    Fill(1);
                }
                else if (recipient.StartsWith("drain", StringComparison.Ordinal))
                {
                    Fill(-_filled);
                }

                _recipients.Add(recipient);
                return StandardReplies.RecipientOk;
            }
        }

        public SmtpReply BeginData(out IMessageSink? sink)
        {
            Expect(_recipients.Count > 0 && !_hasBegun, "data out of order");
            var isRefused = _sender!.StartsWith("begin", StringComparison.Ordinal) && !_wasRefused;
            _wasRefused = true;
            _hasBegun = !isRefused;
            sink = isRefused ? null : this;
            return isRefused ? StandardReplies.InternalFault : StandardReplies.StartMailInput;
        }

        public async ValueTask<SmtpReply> EndDataAsync(DataFaults faults, CancellationToken cancellationToken)
        {
            Expect(_hasBegun, "end of data out of order");
            var (sender, content) = (_sender!, _content.ToString());
            var message = Describe(
                session.Client.Address.ToString(), session.Helo, session.AuthenticatedAs ?? "", session.TlsCipherSuite is not null, sender, _asked, _recipients, content);
            Reset();
            if (sender.Contains("late", StringComparison.Ordinal))
            {
                await Task.Yield();
            }

            if (sender.StartsWith("endnever", StringComparison.Ordinal))
            {
                _hasFailed = true;
                throw service.AnswerNever(cancellationToken);
            }

            service.Time.Advance(TimeFor(sender, "endoverdue"));
            if (faults != DataFaults.None)
            {
                return faults.HasFlag(DataFaults.TooLarge) ? StandardReplies.MessageTooLarge : StandardReplies.BareLineEnds;
            }

            if (sender.StartsWith("endthrow", StringComparison.Ordinal))
            {
                _hasFailed = true;
                throw new InvalidOperationException("The service fails.");
            }

            if (sender.StartsWith("full", StringComparison.Ordinal))
            {
                return StandardReplies.InsufficientStorage;
            }

            if (sender.StartsWith("fault", StringComparison.Ordinal))
            {
                return StandardReplies.InternalFault;
            }

            if (content.Contains("spam", StringComparison.Ordinal))
            {
                return Spam;
            }

            service.Accepted.Add(message);
            return StandardReplies.Ok;
        }

        public void Reset()
        {
            Expect(_sender is not null || _hasFailed, "reset without a transaction");
            _sender = null;
            _asked.Clear();
            _recipients.Clear();
            _content.Clear();
            _hasBegun = false;
            _wasRefused = false;
        }

        public void Close()
        {
            Expect(_sender is null, "a transaction is left open");
            Expect(_hasFailed || service.Governor.Messages == 0, "a message that has ended is still counted");
            Fill(-_filled);
            service.Closed.SetResult();
        }

        public void Append(ReadOnlySpan<byte> octets)
        {
            Expect(_hasBegun, "octets before the data");
            _content.Append(Encoding.Latin1.GetString(octets));
        }

        private static async ValueTask<SmtpReply> AnswerLateAsync(Func<SmtpReply> answer)
        {
            await Task.Yield();
            return answer();
        }

        private static TimeSpan TimeFor(string address, string overdue) =>
            address.StartsWith(overdue, StringComparison.Ordinal) ? SessionKind.AnswerTimeout + SessionKind.Moment
            : address.Contains("slow", StringComparison.Ordinal) ? SessionKind.AnswerTimeout - SessionKind.Moment
            : TimeSpan.Zero;

        private ValueTask<SmtpReply> AnswerAsync(string address, Func<SmtpReply> answer, CancellationToken cancellationToken)
        {
            var isNever = address.StartsWith("never", StringComparison.Ordinal);
            var isThrown = address.StartsWith("throw", StringComparison.Ordinal);
            _hasFailed |= isNever || isThrown;
            if (isNever)
            {
                return new AwaitedAnswer(() => throw service.AnswerNever(cancellationToken)).Task;
            }

            if (TimeFor(address, "overdue") is { Ticks: > 0 } time)
            {
                return new AwaitedAnswer(() =>
                {
                    service.Time.Advance(time);
                    return answer();
                }).Task;
            }

            Func<SmtpReply> all = isThrown ? () => throw new InvalidOperationException("The service fails.") : answer;
            return address.Contains("late", StringComparison.Ordinal) ? AnswerLateAsync(all) : ValueTask.FromResult(all());
        }

        private void Fill(long octets)
        {
            _filled += octets;
            service.Governor.Memory.Add(octets);
        }

        private void Expect(bool isInOrder, string fault) => service.Expect(isInOrder, fault);
    }
}
