using System.Diagnostics;
using System.Text;
using MailManager.LoadTests.Logs;
using MailManager.LoadTests.Messages;
using MailManager.LoadTests.Net;

namespace MailManager.LoadTests.Load;

/// <summary>One client: takes arrivals and sends them over its connection, which it makes anew when told to or when it breaks.</summary>
internal sealed class LoadSession : IDisposable
{
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(50);
    private static readonly byte[] Data = SmtpConnection.Command("DATA");
    private static readonly byte[] Reset = SmtpConnection.Command("RSET");
    private static readonly byte[] LoneDot = SmtpConnection.Command(".");
    private readonly LoadOptions _options;
    private LoadResult _result;
    private readonly Watchdog _watchdog;
    private readonly DurableLog? _ackLog;
    private uint _run;
    private readonly LoadMessage?[] _messages;
    private readonly byte[] _mail;
    private readonly byte[][] _rcpts;
    private readonly byte[][] _recipients;
    private readonly byte[] _envelope;
    private readonly bool[] _accepted;
    private SmtpConnection? _connection;
    private int _sentOnConnection;

    public LoadSession(LoadOptions options, LoadResult connecting, Watchdog watchdog, DurableLog? ackLog)
    {
        _options = options;
        _result = connecting;
        _watchdog = watchdog;
        _ackLog = ackLog;
        _messages = new LoadMessage?[options.Sizes.Sizes.Length];
        _mail = SmtpConnection.Command($"MAIL FROM:<{options.From}>");
        var recipients = Enumerable.Range(0, options.Recipients).Select(i => Recipient(options.To, i)).ToArray();
        _rcpts = [.. recipients.Select(static r => SmtpConnection.Command($"RCPT TO:<{r}>"))];
        _recipients = [.. recipients.Select(Encoding.ASCII.GetBytes)];
        _envelope = [.. _mail, .. _rcpts.SelectMany(static r => r), .. Data];
        _accepted = new bool[_rcpts.Length];
    }

    /// <summary>Makes the connection, so that the clock starts with all of them open. False when the server is away for too long.</summary>
    public Task<bool> ConnectAsync() => EnsureConnectedAsync().AsTask();

    /// <summary>Sends until the arrivals are over or the server has been away for too long. The connection stays for a next run.</summary>
    public async Task RunAsync(Arrivals arrivals, LoadResult result, uint run)
    {
        _result = result;
        _run = run;
        while (await arrivals.NextAsync().ConfigureAwait(false) is { } arrival)
        {
            // Connecting belongs to the message that needs it, and its latency.
            if (!await EnsureConnectedAsync().ConfigureAwait(false))
            {
                _result.CountFailed();
                return;
            }

            try
            {
                await SendAsync(arrival.Number, arrival.Intended).ConfigureAwait(false);
            }
            catch (TransportException e)
            {
                _result.CountFailed();
                _result.CountError("connection " + e.Kind);
                Disconnect();
            }

            if (_connection is not null && ++_sentOnConnection == _options.MessagesPerConnection)
            {
                await QuitAsync().ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => Disconnect();

    private static string Recipient(string to, int index) => index == 0 ? to : to.Replace("@", $"-{index}@", StringComparison.Ordinal);

    private async ValueTask SendAsync(long number, long intended)
    {
        var kind = _options.Sizes.Pick(number);
        var message = _messages[kind] ??= LoadMessage.Create(_options.Sizes.Sizes[kind], _options.From, _options.To);
        message.Stamp(_run, number);
        _result.Record(Phase.Wait, intended, Stopwatch.GetTimestamp());
        var ready = _options.Pipelining && _connection!.OffersPipelining
            ? await EnvelopeAtOnceAsync().ConfigureAwait(false)
            : await EnvelopeStepByStepAsync().ConfigureAwait(false);
        if (!ready)
        {
            _result.CountFailed();
            return;
        }

        var sent = Stopwatch.GetTimestamp();
        await _connection!.SendAsync(message.Wire).ConfigureAwait(false);
        var code = await _connection.ReadReplyAsync().ConfigureAwait(false);
        var answered = Stopwatch.GetTimestamp();
        if (code / 100 != 2)
        {
            Refused("dot", code);
            _result.CountFailed();
            return;
        }

        LogAcknowledged(message);
        _result.Record(Phase.Dot, sent, answered);
        _result.Record(Phase.Whole, intended, answered);
        _result.CountAccepted(message.Wire.Length, answered);
    }

    /// <summary>True when the server waits for the body.</summary>
    private async ValueTask<bool> EnvelopeStepByStepAsync()
    {
        if (!await StepAsync(_mail, Phase.Mail, "MAIL").ConfigureAwait(false))
        {
            return false;
        }

        var any = false;
        for (var i = 0; i < _rcpts.Length; i++)
        {
            any |= _accepted[i] = await StepAsync(_rcpts[i], Phase.Rcpt, "RCPT").ConfigureAwait(false);
        }

        if (any && await StepAsync(Data, Phase.Data, "DATA").ConfigureAwait(false))
        {
            return true;
        }

        if (_connection is not null)
        {
            await _connection.SendAsync(Reset).ConfigureAwait(false);
            await _connection.ReadReplyAsync().ConfigureAwait(false);
        }

        return false;
    }

    private async ValueTask<bool> EnvelopeAtOnceAsync()
    {
        var connection = _connection!;
        var sent = Stopwatch.GetTimestamp();
        await connection.SendAsync(_envelope).ConfigureAwait(false);
        var mail = Answered(await connection.ReadReplyAsync().ConfigureAwait(false), Phase.Mail, "MAIL", sent);
        var any = false;
        for (var i = 0; i < _rcpts.Length; i++)
        {
            any |= _accepted[i] = Answered(await connection.ReadReplyAsync().ConfigureAwait(false), Phase.Rcpt, "RCPT", sent);
        }

        var data = Answered(await connection.ReadReplyAsync().ConfigureAwait(false), Phase.Data, "DATA", sent);
        if (mail && any && data)
        {
            return true;
        }

        if (_connection is not null)
        {
            // A server may say 354 though it refused every recipient (RFC 2920 §3.1); it then wants an empty message.
            await connection.SendAsync(data ? LoneDot : Reset).ConfigureAwait(false);
            await connection.ReadReplyAsync().ConfigureAwait(false);
        }

        return false;
    }

    private async ValueTask<bool> StepAsync(byte[] command, Phase phase, string name)
    {
        if (_connection is null)
        {
            return false;
        }

        var sent = Stopwatch.GetTimestamp();
        await _connection.SendAsync(command).ConfigureAwait(false);
        return Answered(await _connection.ReadReplyAsync().ConfigureAwait(false), phase, name, sent);
    }

    private bool Answered(int code, Phase phase, string name, long sent)
    {
        _result.Record(phase, sent, Stopwatch.GetTimestamp());
        if (code / 100 is 2 or 3)
        {
            return true;
        }

        Refused(name, code);
        return false;
    }

    private void Refused(string step, int code)
    {
        _result.CountError($"{step} {code}");
        if (code == 421)
        {
            Disconnect();
        }
    }

    private void LogAcknowledged(LoadMessage message)
    {
        if (_ackLog is null)
        {
            return;
        }

        Span<byte> line = stackalloc byte[512];
        for (var i = 0; i < _recipients.Length; i++)
        {
            if (_accepted[i])
            {
                _ackLog.Write(line[..LoadLog.Format(line, message.Id, _recipients[i])]);
            }
        }
    }

    private async ValueTask<bool> EnsureConnectedAsync()
    {
        var since = Stopwatch.GetTimestamp();
        while (_connection is null)
        {
            try
            {
                _connection = await SmtpConnection.OpenAsync(_options.Server, _options.StartTls, _watchdog, _result).ConfigureAwait(false);
                _sentOnConnection = 0;
            }
            catch (TransportException e)
            {
                _result.CountError("connect " + e.Kind);
                if (Stopwatch.GetElapsedTime(since) > _options.GiveUpAfter)
                {
                    return false;
                }

                await Task.Delay(ReconnectPause).ConfigureAwait(false);
            }
        }

        return true;
    }

    public async Task QuitAsync()
    {
        if (_connection is not null)
        {
            await _connection.QuitAsync().ConfigureAwait(false);
            Disconnect();
        }
    }

    private void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
