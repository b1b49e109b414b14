using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using MailManager.Messages.Headers;

namespace MailManager.Delivery.Pool;

/// <summary>
/// Leaves header fields out of a message when it is sent, so that the spool holds it as it was received and, for each delivery, no more than names.
/// All other octets stay as they are. Keeps a block; not thread-safe.
/// </summary>
internal sealed class HeaderRemoval
{
    /// <summary>A block that one large header has blown up is not kept for the next, in octets.</summary>
    private const int MaxKept = 64 * 1024;

    private readonly HeaderIndex _index = new();
    private ArrayBufferWriter<byte> _block = new();

    /// <summary>What is to be sent in front of the message, and how many of its octets that replaces: those up to the last field left out.</summary>
    /// <param name="names">Of fields to be left out, ASCII; case is ignored.</param>
    /// <param name="prefix">Goes in front of all.</param>
    /// <param name="head">The message, or the start of it with its whole header.</param>
    /// <returns>A prefix that is valid until the next call.</returns>
    public (ReadOnlyMemory<byte> Prefix, int ContentStart) Apply(ImmutableArray<string> names, ReadOnlyMemory<byte> prefix, ReadOnlySpan<byte> head)
    {
        _index.Build(head);
        var fields = _index.View(head);
        var last = fields.Count - 1;
        while (last >= 0 && !IsRemoved(names, fields[last].Name))
        {
            last--;
        }

        if (last < 0)
        {
            return (prefix, 0);
        }

        if (_block.Capacity > MaxKept)
        {
            _block = new ArrayBufferWriter<byte>();
        }

        _block.ResetWrittenCount();
        _block.Write(prefix.Span);
        for (var i = 0; i < last; i++)
        {
            if (!IsRemoved(names, fields[i].Name))
            {
                _block.Write(head[fields.RangeOf(i)]);
            }
        }

        return (_block.WrittenMemory, fields.RangeOf(last).End.Value);
    }

    private static bool IsRemoved(ImmutableArray<string> names, ReadOnlySpan<byte> name)
    {
        foreach (var removed in names)
        {
            if (Ascii.EqualsIgnoreCase(name, removed))
            {
                return true;
            }
        }

        return false;
    }
}
