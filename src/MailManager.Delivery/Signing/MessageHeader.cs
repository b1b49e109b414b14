using System.Buffers;
using System.Text;
using MailManager.Messages.Headers;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Signing;

/// <summary>The header of a message as it is sent: what goes in front, and what the message brings. Not thread-safe.</summary>
internal sealed class MessageHeader
{
    private readonly HeaderIndex _index = new();
    private readonly byte[] _block;

    public MessageHeader(in OutgoingMessage message)
    {
        var own = message.Head.Span[message.ContentStart..];
        if (message.NeedsSeparator)
        {
            _block = message.Prefix.ToArray();
            BodyStart = _block.Length + 2;
        }
        else
        {
            _index.Build(own);
            var length = Math.Min(_index.Length, own.Length);
            _block = [.. message.Prefix.Span, .. own[..length]];
            BodyStart = _block.Length + (own[length..].StartsWith("\r\n"u8) ? 2 : 0);
        }

        _index.Build(_block);
    }

    /// <summary>Octets of what is sent until its body begins.</summary>
    public long BodyStart { get; }

    /// <summary>Fields of that name, the last one first; case is ignored.</summary>
    public IReadOnlyList<Range> Find(string name)
    {
        var view = _index.View(_block);
        List<Range>? found = null;
        for (var i = view.Count - 1; i >= 0; i--)
        {
            if (Ascii.EqualsIgnoreCase(view[i].Name, name))
            {
                (found ??= []).Add(view.RangeOf(i));
            }
        }

        return found ?? (IReadOnlyList<Range>)[];
    }

    /// <summary>What follows the colon of a field that was found, without its last end of line.</summary>
    public ReadOnlySpan<byte> ValueOf(Range field)
    {
        var octets = _block.AsSpan(field);
        var value = octets[(octets.IndexOf((byte)':') + 1)..];
        return value.EndsWith("\r\n"u8) ? value[..^2] : value;
    }
}
