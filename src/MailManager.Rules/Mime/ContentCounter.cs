using MimeKit;
using MimeKit.Encodings;

namespace MailManager.Rules.Mime;

/// <summary>Counts the octets that the content of a part has after decoding (RFC 2045 §6).</summary>
/// <param name="encoding">An unknown one is taken as none.</param>
internal sealed class ContentCounter(ContentEncoding encoding)
{
    /// <summary>The parser gives the line end before a boundary as content, too, which it says at the end only.</summary>
    private const int LineEnd = 2;

    private readonly IMimeDecoder? _decoder = encoding switch
    {
        ContentEncoding.Base64 => new Base64Decoder(),
        ContentEncoding.QuotedPrintable => new QuotedPrintableDecoder(),
        ContentEncoding.UUEncode => new UUDecoder(),
        _ => null,
    };

    private byte[] _input = [];
    private byte[] _output = [];
    private int _held;
    private long _read;

    /// <summary>Octets so far.</summary>
    public long Count { get; private set; }

    /// <summary>Takes the next octets; the last ones of them are counted later.</summary>
    public void Add(ReadOnlySpan<byte> content)
    {
        _read += content.Length;
        if (_input.Length < _held + content.Length)
        {
            Array.Resize(ref _input, _held + content.Length);
        }

        content.CopyTo(_input.AsSpan(_held));
        var available = _held + content.Length;
        var taken = Math.Max(0, available - LineEnd);
        Decode(taken);
        _input.AsSpan(taken, available - taken).CopyTo(_input);
        _held = available - taken;
    }

    /// <summary>Takes what is still left.</summary>
    /// <param name="length">Octets that really were content.</param>
    public void End(long length) => Decode((int)Math.Clamp(_held - (_read - length), 0, _held));

    private void Decode(int count)
    {
        if (_decoder is null)
        {
            Count += count;
            return;
        }

        var needed = _decoder.EstimateOutputLength(count);
        if (_output.Length < needed)
        {
            _output = new byte[needed];
        }

        Count += _decoder.Decode(_input, 0, count, _output);
    }
}
