using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using MailManager.Messages.Envelope;
using MailManager.Smtp.Framing;
using MailManager.Smtp.Grammar;
using MailManager.Smtp.Replies;
using MailManager.Smtp.Server;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.QuickStart;

/// <summary>
/// The quick start's mail server: takes every message on a loopback port and writes it to a directory as <c>.eml</c>, so that the first try of
/// MailManager needs no server behind it.
/// </summary>
internal sealed partial class Catcher(string directory, TimeProvider time, ILogger<Catcher> logger) : ISmtpService
{
    /// <summary>Where it listens: the quick-start configuration names the port too.</summary>
    public static readonly IPEndPoint EndPoint = new(IPAddress.Loopback, 2526);

    public ISmtpSessionHandler OpenSession(SmtpSessionInfo session) => new Session(this);

    [LoggerMessage(6001, LogLevel.Information, "Caught message from <{Sender}> to {Recipients}: {File}")]
    private partial void LogCaught(string sender, string recipients, string file);

    [LoggerMessage(6002, LogLevel.Error, "A message could not be written: {Reason}")]
    private partial void LogFailed(string reason);

    private sealed class Session(Catcher catcher) : ISmtpSessionHandler, IMessageSink
    {
        private readonly List<string> _recipients = [];
        private readonly ArrayBufferWriter<byte> _data = new();
        private string _sender = string.Empty;

        public long MaxMessageSize => 64 * 1024 * 1024;

        public ValueTask<SmtpReply> ConnectAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult(new SmtpReply(220, "catcher.invalid ESMTP MailManager quick start"));

        public ValueTask<SmtpReply> MailAsync(in MailCommand command, CancellationToken cancellationToken)
        {
            Reset();
            _sender = Encoding.UTF8.GetString(command.ReversePath);
            return ValueTask.FromResult(StandardReplies.SenderOk);
        }

        public ValueTask<SmtpReply> RecipientAsync(in RcptCommand command, CancellationToken cancellationToken)
        {
            _recipients.Add(Encoding.UTF8.GetString(command.ForwardPath));
            return ValueTask.FromResult(StandardReplies.RecipientOk);
        }

        public SmtpReply BeginData(out IMessageSink? sink)
        {
            sink = this;
            return StandardReplies.StartMailInput;
        }

        public void Append(ReadOnlySpan<byte> octets) => _data.Write(octets);

        public async ValueTask<SmtpReply> EndDataAsync(DataFaults faults, CancellationToken cancellationToken)
        {
            if (faults != DataFaults.None)
            {
                return faults.HasFlag(DataFaults.TooLarge) ? StandardReplies.MessageTooLarge : StandardReplies.BareLineEnds;
            }

            var now = catcher._time.GetUtcNow();
            var name = $"{now.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}-{MessageId.New(now)}.eml";
            try
            {
                var path = Path.Combine(catcher._directory, name);
                await using (var file = new FileStream(path + ".part", FileMode.CreateNew))
                {
                    file.Write(_data.WrittenSpan);
                    file.Flush(flushToDisk: true);
                }

                File.Move(path + ".part", path);
                catcher.LogCaught(_sender, string.Join(',', _recipients), path);
                return StandardReplies.Ok;
            }
            catch (IOException fault)
            {
                catcher.LogFailed(fault.Message);
                return StandardReplies.InsufficientStorage;
            }
        }

        public void Reset()
        {
            _recipients.Clear();
            _data.ResetWrittenCount();
        }

        public void Close() => Reset();
    }

    private readonly string _directory = directory;
    private readonly TimeProvider _time = time;
}
