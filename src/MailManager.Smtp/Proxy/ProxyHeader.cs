using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;
using System.Text;

namespace MailManager.Smtp.Proxy;

/// <summary>How far <see cref="ProxyHeader.Read"/> came.</summary>
public enum ProxyHeaderStatus
{
    /// <summary>A whole header was read.</summary>
    Done,

    /// <summary>More octets are needed.</summary>
    NeedMore,

    /// <summary>What was sent is no PROXY header. The connection has to be closed: what follows could be anything.</summary>
    Invalid,
}

/// <summary>
/// The header with which a load balancer tells of the client it speaks for: PROXY protocol, versions 1 (text) and 2 (binary), by HAProxy.
/// </summary>
/// <param name="Client">The client; null when the balancer speaks for itself (LOCAL) or does not know (UNKNOWN, UNSPEC).</param>
/// <param name="Local">The address that the client connected to; null together with <paramref name="Client"/>.</param>
public readonly record struct ProxyHeader(IPEndPoint? Client, IPEndPoint? Local)
{
    /// <summary>Octets of a header of version 1, CRLF included.</summary>
    private const int MaxTextLength = 107;

    private const int BinaryHeadLength = 16;

    /// <summary>
    /// Octets of a header of version 2. Addresses take 36; the rest are type-length-value fields, of which a balancer sends some hundred octets.
    /// </summary>
    private const int MaxBinaryLength = 2048;

    private static ReadOnlySpan<byte> BinarySignature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Reads a header at the start of the buffer. Never throws.</summary>
    /// <param name="buffer">What has arrived; after <see cref="ProxyHeaderStatus.Done"/> it starts after the header.</param>
    public static ProxyHeaderStatus Read(ref ReadOnlySequence<byte> buffer, out ProxyHeader header)
    {
        header = default;
        Span<byte> copy = stackalloc byte[MaxBinaryLength];
        var length = (int)Math.Min(buffer.Length, copy.Length);
        buffer.Slice(0, length).CopyTo(copy);
        var octets = copy[..length];
        var compared = Math.Min(length, BinarySignature.Length);
        var status = octets[..compared].SequenceEqual(BinarySignature[..compared])
            ? ReadBinary(octets, out header, out var used)
            : ReadText(octets, out header, out used);
        if (status == ProxyHeaderStatus.Done)
        {
            buffer = buffer.Slice(used);
        }

        return status;
    }

    private static ProxyHeaderStatus ReadText(ReadOnlySpan<byte> octets, out ProxyHeader header, out int used)
    {
        header = default;
        used = 0;
        var start = "PROXY "u8;
        var compared = Math.Min(octets.Length, start.Length);
        if (!octets[..compared].SequenceEqual(start[..compared]))
        {
            return ProxyHeaderStatus.Invalid;
        }

        var end = octets[..Math.Min(octets.Length, MaxTextLength)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return octets.Length >= MaxTextLength ? ProxyHeaderStatus.Invalid : ProxyHeaderStatus.NeedMore;
        }

        used = end + 2;
        var text = octets[start.Length..end];
        if (text.SequenceEqual("UNKNOWN"u8) || text.StartsWith("UNKNOWN "u8))
        {
            return ProxyHeaderStatus.Done;
        }

        Span<Range> parts = stackalloc Range[6];
        if (text.IndexOfAnyExceptInRange((byte)' ', (byte)'~') >= 0 || Encoding.ASCII.GetString(text).AsSpan().Split(parts, ' ') != 5)
        {
            return ProxyHeaderStatus.Invalid;
        }

        var family = text[parts[0]];
        var isIPv6 = family.SequenceEqual("TCP6"u8);
        if ((!isIPv6 && !family.SequenceEqual("TCP4"u8))
            || !TryReadAddress(text[parts[1]], isIPv6, out var client)
            || !TryReadAddress(text[parts[2]], isIPv6, out var local)
            || !TryReadPort(text[parts[3]], out var clientPort)
            || !TryReadPort(text[parts[4]], out var localPort))
        {
            return ProxyHeaderStatus.Invalid;
        }

        header = new ProxyHeader(new IPEndPoint(client!, clientPort), new IPEndPoint(local!, localPort));
        return ProxyHeaderStatus.Done;
    }

    private static ProxyHeaderStatus ReadBinary(ReadOnlySpan<byte> octets, out ProxyHeader header, out int used)
    {
        header = default;
        used = 0;
        if (octets.Length < BinaryHeadLength)
        {
            return ProxyHeaderStatus.NeedMore;
        }

        var command = octets[12] & 0x0F;
        var length = BinaryPrimitives.ReadUInt16BigEndian(octets[14..]);
        if (octets[12] >> 4 != 2 || command > 1 || length > MaxBinaryLength - BinaryHeadLength)
        {
            return ProxyHeaderStatus.Invalid;
        }

        used = BinaryHeadLength + length;
        if (octets.Length < used)
        {
            return ProxyHeaderStatus.NeedMore;
        }

        var content = octets[BinaryHeadLength..used];
        const int Local = 0, Unspecified = 0x00, TcpOverIPv4 = 0x11, TcpOverIPv6 = 0x21;
        return (command, octets[13]) switch
        {
            (Local, _) or (_, Unspecified) => ProxyHeaderStatus.Done,
            (_, TcpOverIPv4) => ReadAddresses(content, 4, out header),
            (_, TcpOverIPv6) => ReadAddresses(content, 16, out header),
            _ => ProxyHeaderStatus.Invalid,
        };
    }

    /// <summary>Both addresses, both ports; what follows is type-length-value fields, of which none is needed, but whose lengths must add up.</summary>
    private static ProxyHeaderStatus ReadAddresses(ReadOnlySpan<byte> content, int addressLength, out ProxyHeader header)
    {
        header = default;
        var fixedLength = (addressLength * 2) + 4;
        if (content.Length < fixedLength || !AreFieldsWellFormed(content[fixedLength..]))
        {
            return ProxyHeaderStatus.Invalid;
        }

        var ports = content[(addressLength * 2)..];
        header = new ProxyHeader(
            new IPEndPoint(Unmapped(content[..addressLength]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(Unmapped(content[addressLength..(addressLength * 2)]), BinaryPrimitives.ReadUInt16BigEndian(ports[2..])));
        return ProxyHeaderStatus.Done;
    }

    private static bool AreFieldsWellFormed(ReadOnlySpan<byte> fields)
    {
        while (!fields.IsEmpty)
        {
            if (fields.Length < 3)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(fields[1..]);
            if (length > fields.Length - 3)
            {
                return false;
            }

            fields = fields[(3 + length)..];
        }

        return true;
    }

    private static IPAddress Unmapped(ReadOnlySpan<byte> octets)
    {
        var address = new IPAddress(octets);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    private static bool TryReadAddress(ReadOnlySpan<byte> text, bool isIPv6, out IPAddress? address)
    {
        address = null;
        if (!isIPv6)
        {
            return Grammar.MailboxSyntax.IsDottedQuad(text) && IPAddress.TryParse(text, out address);
        }

        if (!Grammar.MailboxSyntax.TryReadIPv6(text, out address))
        {
            return false;
        }

        address = address!.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return true;
    }

    private static bool TryReadPort(ReadOnlySpan<byte> text, out int port) =>
        Utf8Parser.TryParse(text, out port, out var used) && used == text.Length && text.Length <= 5 && port is >= 0 and <= ushort.MaxValue && text[0] is not ((byte)'+' or (byte)'-');
}
