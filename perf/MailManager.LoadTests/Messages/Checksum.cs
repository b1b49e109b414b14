using System.Numerics;
using System.Runtime.InteropServices;

namespace MailManager.LoadTests.Messages;

/// <summary>CRC-32C of a message body, unstuffed, with CRLF line ends; finds damage, not malice.</summary>
internal static class Checksum
{
    public const uint Seed = 0xFFFFFFFF;

    public static uint Append(uint crc, ReadOnlySpan<byte> octets)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(octets);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var octet in octets[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, octet);
        }

        return crc;
    }

    /// <summary>As <see cref="Append"/>, but over octets as they travel: the dot that opens a line is left out (RFC 5321 §4.5.2).</summary>
    public static uint AppendStuffed(uint crc, ReadOnlySpan<byte> octets)
    {
        if (octets.Length > 0 && octets[0] == (byte)'.')
        {
            octets = octets[1..];
        }

        while (true)
        {
            var dot = octets.IndexOf("\r\n."u8);
            if (dot < 0)
            {
                return Append(crc, octets);
            }

            crc = Append(crc, octets[..(dot + 2)]);
            octets = octets[(dot + 3)..];
        }
    }
}
