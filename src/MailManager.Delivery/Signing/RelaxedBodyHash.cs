using System.Security.Cryptography;

namespace MailManager.Delivery.Signing;

/// <summary>
/// SHA-256 of a body in the relaxed canonical form (RFC 6376 §3.4.4): runs of blanks are one space, none at ends of lines, no empty lines at the end, and
/// an end of line after what is there. Takes the body piece by piece and holds none of it. Not thread-safe.
/// </summary>
internal sealed class RelaxedBodyHash : IDisposable
{
    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _lineEnds;
    private bool _isAfterBlank;
    private bool _isAfterCarriageReturn;
    private bool _hasText;

    /// <summary>Adds the next octets of the body, cut anywhere.</summary>
    public void Append(ReadOnlySpan<byte> body)
    {
        while (!body.IsEmpty)
        {
            if (_isAfterCarriageReturn)
            {
                _isAfterCarriageReturn = false;
                if (body[0] == (byte)'\n')
                {
                    EndLine();
                    body = body[1..];
                    continue;
                }

                // A bare CR is an octet like others; it is in no message that DATA carries.
                AppendText("\r"u8);
            }

            switch (body[0])
            {
                case (byte)'\r':
                    _isAfterCarriageReturn = true;
                    body = body[1..];
                    break;
                case (byte)' ' or (byte)'\t':
                    _isAfterBlank = true;
                    body = body[1..];
                    break;
                default:
                    var length = body.IndexOfAny((byte)' ', (byte)'\t', (byte)'\r');
                    length = length < 0 ? body.Length : length;
                    AppendText(body[..length]);
                    body = body[length..];
                    break;
            }
        }
    }

    /// <summary>The hash of all that was added; starts anew.</summary>
    public byte[] Finish()
    {
        if (_isAfterCarriageReturn)
        {
            AppendText("\r"u8);
        }

        if (_hasText)
        {
            _hash.AppendData(LineEnd);
        }

        (_lineEnds, _isAfterBlank, _isAfterCarriageReturn, _hasText) = (0, false, false, false);
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>Ends of lines are held back until it is known that something follows.</summary>
    private void EndLine()
    {
        _isAfterBlank = false;
        _lineEnds++;
    }

    private void AppendText(ReadOnlySpan<byte> text)
    {
        for (; _lineEnds > 0; _lineEnds--)
        {
            _hash.AppendData(LineEnd);
        }

        if (_isAfterBlank)
        {
            _hash.AppendData(" "u8);
            _isAfterBlank = false;
        }

        _hash.AppendData(text);
        _hasText = true;
    }
}
