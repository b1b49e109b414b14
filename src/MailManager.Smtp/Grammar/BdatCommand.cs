using System.Buffers.Text;
using System.Text;

namespace MailManager.Smtp.Grammar;

/// <summary>The argument of BDAT (RFC 3030 §2): <c>chunk-size [LAST]</c>.</summary>
/// <param name="Size">Octets that follow the command's line end.</param>
/// <param name="IsLast">The chunk ends the message.</param>
public readonly record struct BdatCommand(long Size, bool IsLast)
{
    /// <summary>
    /// Reads the argument. When false, nobody knows where the chunk ends and commands begin, so the connection cannot be used any further.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> argument, out BdatCommand command)
    {
        var space = argument.IndexOf((byte)' ');
        var size = space < 0 ? argument : argument[..space];
        var rest = space < 0 ? [] : argument[space..].TrimStart((byte)' ');
        var isLast = Ascii.EqualsIgnoreCase(rest, "LAST"u8);
        command = default;
        if ((!rest.IsEmpty && !isLast)
            || size.IsEmpty
            || size.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
            || !Utf8Parser.TryParse(size, out long octets, out var used)
            || used != size.Length)
        {
            return false;
        }

        command = new BdatCommand(octets, isLast);
        return true;
    }
}
