using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MailManager.Queue.Spool;

namespace MailManager.Delivery.Srs;

/// <summary>The secrets that sign SRS addresses: one on each line, the newest first. Empty lines do not count.</summary>
public static class SrsSecretFile
{
    /// <summary>Of a secret, in characters.</summary>
    public const int MinLength = 16;

    private const int NewSecretOctets = 32;

    /// <summary>Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>, also for a file without a secret or with a short one.</summary>
    public static ImmutableArray<byte[]> Read(string path)
    {
        var lines = File.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        return lines.Length == 0 ? throw new IOException($"{path} holds no secret")
            : Array.Exists(lines, line => line.Length < MinLength) ? throw new IOException($"{path} holds a secret of less than {MinLength} characters")
            : [.. lines.Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The secrets of a file, which is made with a random one, for its owner alone, when it is not there. Throws as <see cref="Read"/>.</summary>
    public static ImmutableArray<byte[]> ReadOrCreate(string path)
    {
        if (!File.Exists(path))
        {
            Create(path);
        }

        return Read(path);
    }

    private static void Create(string path)
    {
        var part = path + ".part";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // What a crash left could have another mode.
        File.Delete(part);
        using (var stream = new FileStream(part, options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(NewSecretOctets)) + "\n"));
            stream.Flush(flushToDisk: true);
        }

        File.Move(part, path);
        using var handle = PosixFile.OpenDirectory(Path.GetDirectoryName(path)!);
        PosixFile.SyncDirectory(handle);
    }
}
