using System.Buffers;
using System.Text;
using MailManager.LoadTests.Messages;
using MailManager.LoadTests.Net;

namespace MailManager.LoadTests.Sink;

/// <summary>
/// One SMTP session of the sink. Takes any sender and recipient; answers all commands that have arrived in one write. A
/// message is held whole, up to <see cref="MaxMessage"/>, so that its end is found and its body checked in one pass.
/// </summary>
internal sealed class SinkSession : IDisposable
{
    private const int InitialBuffer = 32 * 1024;

    /// <summary>Octets; a longer message ends the session.</summary>
    private const int MaxMessage = 80 * 1024 * 1024;

    private readonly Transport _transport;
    private readonly SinkOptions _options;
    private readonly SinkTotals _totals;
    private readonly DropStage _dropAt;
    private readonly List<string> _recipients = [];
    private readonly StringBuilder _replies = new();
    private readonly byte[] _output = new byte[4096];
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    private int _start;
    private int _end;
    private bool _hasMail;
    private bool _isLoggedIn;
    private bool _closing;
    private bool _dropped;

    public SinkSession(Transport transport, SinkOptions options, SinkTotals totals)
    {
        _transport = transport;
        _options = options;
        _totals = totals;
        _dropAt = options.Drop > 0 && Random.Shared.NextDouble() < options.Drop ? options.DropAt : DropStage.None;
    }

    public async Task RunAsync()
    {
        _replies.Append("220 sink.test ESMTP\r\n");
        while (true)
        {
            await FlushAsync().ConfigureAwait(false);
            if (_closing || !await FillAsync().ConfigureAwait(false))
            {
                return;
            }

            while (!_closing && TryReadLine(out var line))
            {
                var wantsTls = false;
                var wantsData = Execute(line, ref wantsTls);
                if (wantsTls)
                {
                    await FlushAsync().ConfigureAwait(false);
                    _start = _end = 0;
                    await _transport.StartTlsAsServerAsync(_options.Certificate!).ConfigureAwait(false);
                }

                if (wantsData)
                {
                    await FlushAsync().ConfigureAwait(false);
                    if (!await ReceiveMessageAsync().ConfigureAwait(false))
                    {
                        return;
                    }
                }
            }

            if (_dropped)
            {
                return;
            }
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    /// <summary>Carries out one command; true when the message comes next.</summary>
    private bool Execute(ReadOnlySpan<byte> line, ref bool wantsTls)
    {
        Span<byte> verb = stackalloc byte[4];
        Ascii.ToUpper(line[..Math.Min(4, line.Length)], verb, out _);
        if (verb.SequenceEqual("EHLO"u8))
        {
            _replies.Append("250-sink.test\r\n");
            _replies.Append(_options.Pipelining ? "250-PIPELINING\r\n" : "");
            _replies.Append(_options.Certificate is not null && !_transport.IsTls ? "250-STARTTLS\r\n" : "");
            _replies.Append(_options.WantsLogin && _transport.IsTls ? "250-AUTH PLAIN\r\n" : "");
            _replies.Append("250-8BITMIME\r\n250 SIZE ").Append(MaxMessage).Append("\r\n");
            Reset();
        }
        else if (verb.SequenceEqual("AUTH"u8))
        {
            _isLoggedIn = _options.WantsLogin && _transport.IsTls;
            _replies.Append(_isLoggedIn ? "235 2.7.0 welcome\r\n" : "502 5.5.1 not here\r\n");
        }
        else if (verb.SequenceEqual("MAIL"u8))
        {
            Reset();
            _hasMail = !_options.WantsLogin || _isLoggedIn;
            Answer(DropStage.Mail, _hasMail ? "250 2.1.0 ok\r\n" : "530 5.7.0 log in first\r\n");
        }
        else if (verb.SequenceEqual("RCPT"u8))
        {
            if (_hasMail)
            {
                _recipients.Add(Path(line));
            }

            Answer(DropStage.Rcpt, _hasMail ? "250 2.1.5 ok\r\n" : "503 5.5.1 MAIL first\r\n");
        }
        else if (verb.SequenceEqual("DATA"u8))
        {
            var ready = _recipients.Count > 0;
            Answer(DropStage.Data, ready ? "354 go ahead\r\n" : "503 5.5.1 RCPT first\r\n");
            return ready && !_dropped;
        }
        else if (verb.SequenceEqual("QUIT"u8))
        {
            _replies.Append("221 2.0.0 bye\r\n");
            _closing = true;
        }
        else if (verb.SequenceEqual("STAR"u8) && _options.Certificate is not null && !_transport.IsTls)
        {
            _replies.Append("220 2.0.0 ready\r\n");
            wantsTls = true;
        }
        else if (verb.SequenceEqual("RSET"u8) || verb.SequenceEqual("HELO"u8) || verb.SequenceEqual("NOOP"u8))
        {
            Reset();
            _replies.Append("250 2.0.0 ok\r\n");
        }
        else
        {
            _replies.Append("500 5.5.2 what?\r\n");
        }

        return false;
    }

    private void Answer(DropStage stage, string reply)
    {
        if (_dropAt == stage)
        {
            _totals.CountDropped();
            _dropped = _closing = true;
            _replies.Clear();
            return;
        }

        _replies.Append(reply);
    }

    private void Reset()
    {
        _hasMail = false;
        _recipients.Clear();
    }

    /// <summary>The address between angle brackets; what follows the colon when there are none.</summary>
    private static string Path(ReadOnlySpan<byte> line)
    {
        var from = line.IndexOf((byte)'<');
        var to = line.LastIndexOf((byte)'>');
        return Encoding.Latin1.GetString(from >= 0 && to > from ? line[(from + 1)..to] : line[(line.IndexOf((byte)':') + 1)..].Trim((byte)' '));
    }

    private async ValueTask<bool> ReceiveMessageAsync()
    {
        // An empty message is a dot right after 354; any other ends at CRLF dot CRLF (RFC 5321 §4.1.1.4).
        var searched = 0;
        while (true)
        {
            var arrived = _buffer.AsSpan(_start, _end - _start);
            var empty = arrived.StartsWith(".\r\n"u8);
            var at = empty ? 0 : arrived[searched..].IndexOf("\r\n.\r\n"u8);
            if (at >= 0)
            {
                var length = empty ? 0 : searched + at + 2;
                var consumed = length + 3;
                var answered = Judge(arrived[..length]);
                _start += consumed;
                Reset();
                return answered;
            }

            searched = Math.Max(0, arrived.Length - 4);
            if (!await FillAsync().ConfigureAwait(false))
            {
                return false;
            }
        }
    }

    /// <summary>Counts the message and answers it; false when the session is to be dropped here.</summary>
    private bool Judge(ReadOnlySpan<byte> wire)
    {
        if (_dropAt == DropStage.Dot)
        {
            _totals.CountDropped();
            return false;
        }

        var message = ReceivedMessage.Parse(wire);
        if (_options.Reject > 0 && Checksum.Append(Checksum.Seed, message.Id) / (double)uint.MaxValue < _options.Reject)
        {
            _totals.Rejected(message, _recipients);
            _replies.Append("554 5.7.1 not wanted\r\n");
        }
        else if (_options.Defer > 0 && Random.Shared.NextDouble() < _options.Defer)
        {
            _totals.CountDeferred();
            _replies.Append("451 4.3.0 later\r\n");
        }
        else
        {
            _totals.Received(message, wire.Length, _recipients);
            _replies.Append("250 2.0.0 taken\r\n");
        }

        return true;
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        var arrived = _buffer.AsSpan(_start, _end - _start);
        var length = arrived.IndexOf((byte)'\n');
        line = length < 0 ? default : arrived[..length].TrimEnd((byte)'\r');
        _start += length + 1;
        return length >= 0;
    }

    /// <summary>Reads more behind what is there; false when the client has closed.</summary>
    private async ValueTask<bool> FillAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_end >= MaxMessage)
            {
                return false;
            }

            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        var read = await _transport.ReceiveAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    private async ValueTask FlushAsync()
    {
        if (_replies.Length == 0)
        {
            return;
        }

        if (_replies.Length > _output.Length)
        {
            await _transport.SendAsync(Encoding.ASCII.GetBytes(_replies.ToString())).ConfigureAwait(false);
        }
        else
        {
            var length = 0;
            foreach (var chunk in _replies.GetChunks())
            {
                length += Encoding.ASCII.GetBytes(chunk.Span, _output.AsSpan(length));
            }

            await _transport.SendAsync(_output.AsMemory(0, length)).ConfigureAwait(false);
        }

        _replies.Clear();
    }
}
