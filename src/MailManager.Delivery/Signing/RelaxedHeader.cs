using System.Buffers;

namespace MailManager.Delivery.Signing;

/// <summary>Writes header fields in the relaxed canonical form (RFC 6376 §3.4.2).</summary>
internal static class RelaxedHeader
{
    /// <summary>The name in lower case, a colon, and the value unfolded, with single spaces and none at its ends. No end of line.</summary>
    /// <param name="output">Gets it.</param>
    /// <param name="name">ASCII, without blanks.</param>
    /// <param name="value">What follows the colon; may be folded.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var target = output.GetSpan(name.Length + 1 + value.Length);
        var length = 0;
        foreach (var octet in name)
        {
            target[length++] = octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;
        }

        target[length++] = (byte)':';
        var start = length;
        var isAfterBlank = false;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == (byte)'\r' && i + 1 < value.Length && value[i + 1] == (byte)'\n')
            {
                i++;
                continue;
            }

            if (value[i] is (byte)' ' or (byte)'\t')
            {
                isAfterBlank = true;
                continue;
            }

            if (isAfterBlank && length > start)
            {
                target[length++] = (byte)' ';
            }

            isAfterBlank = false;
            target[length++] = value[i];
        }

        output.Advance(length);
    }
}
