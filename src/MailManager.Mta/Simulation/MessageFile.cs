namespace MailManager.Mta.Simulation;

/// <summary>Messages in files.</summary>
internal static class MessageFile
{
    /// <summary>Larger ones are not read: nothing that large is accepted either.</summary>
    private const long MaximumSize = 256 * 1024 * 1024;

    /// <summary>Reads a message and ends its lines as SMTP does. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public static byte[] Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > MaximumSize })
        {
            throw new IOException($"{path} is larger than {MaximumSize} octets.");
        }

        return WithCrLf(File.ReadAllBytes(path));
    }

    /// <summary>Every LF, with a CR before it or without, becomes CRLF, and the last line gets one; files of Unix programs have bare LF.</summary>
    public static byte[] WithCrLf(ReadOnlySpan<byte> text)
    {
        using var result = new MemoryStream(text.Length + (text.Length / 32) + 2);
        while (!text.IsEmpty)
        {
            var lineFeed = text.IndexOf((byte)'\n');
            var line = lineFeed < 0 ? text : text[..lineFeed];
            result.Write(line.EndsWith("\r"u8) ? line[..^1] : line);
            result.Write("\r\n"u8);
            text = lineFeed < 0 ? [] : text[(lineFeed + 1)..];
        }

        return result.ToArray();
    }
}
