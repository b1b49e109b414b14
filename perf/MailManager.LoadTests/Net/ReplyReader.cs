using System.Buffers;

namespace MailManager.LoadTests.Net;

/// <summary>Reads SMTP replies (RFC 5321 §4.2) from a transport. One reader a connection, one caller at a time.</summary>
internal sealed class ReplyReader : IDisposable
{
    /// <summary>A reply line longer than this is a fault of the peer (RFC 5321 §4.5.3.1.5 allows 512).</summary>
    private const int BufferSize = 8 * 1024;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private readonly Transport _transport;
    private int _start;
    private int _end;
    private bool _disposed;

    public ReplyReader(Transport transport) => _transport = transport;

    /// <summary>True when the last whole reply named this EHLO keyword.</summary>
    public bool OffersPipelining { get; private set; }

    /// <summary>True when the last whole reply named this EHLO keyword.</summary>
    public bool OffersStartTls { get; private set; }

    /// <summary>The code of the next reply, after its last line has arrived.</summary>
    public async ValueTask<int> ReadAsync()
    {
        OffersPipelining = false;
        OffersStartTls = false;
        while (true)
        {
            while (TryReadLine(out var code, out var last))
            {
                if (last)
                {
                    return code;
                }
            }

            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            if (_end == _buffer.Length)
            {
                throw new TransportException("reply-too-long");
            }

            var read = await _transport.ReceiveAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
            if (read == 0)
            {
                throw new TransportException("closed");
            }

            _end += read;
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _start = _end = 0;
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private bool TryReadLine(out int code, out bool last)
    {
        code = 0;
        last = false;
        var available = _buffer.AsSpan(_start, _end - _start);
        var length = available.IndexOf((byte)'\n');
        if (length < 0)
        {
            return false;
        }

        var line = available[..length];
        _start += length + 1;
        if (line.Length < 3 || !int.TryParse(line[..3], out code))
        {
            throw new TransportException("bad-reply");
        }

        last = line.Length < 4 || line[3] != (byte)'-';
        if (line.Length > 4)
        {
            var text = line[4..].TrimEnd((byte)'\r');
            OffersPipelining |= text.SequenceEqual("PIPELINING"u8);
            OffersStartTls |= text.SequenceEqual("STARTTLS"u8);
        }

        return true;
    }
}
