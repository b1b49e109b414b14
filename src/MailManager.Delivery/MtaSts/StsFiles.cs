using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailManager.Queue.Spool;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.MtaSts;

/// <summary>
/// Policies on disk, one file a domain, named after it: the SHA-256 of the rest in hexadecimal, the id, the time of the fetch in seconds since 1970, a line
/// each, and the policy. A file is whole or not there: it is written beside, synced and renamed. One user at a time.
/// </summary>
internal sealed class StsFiles
{
    private const string Suffix = ".policy";
    private const string PartSuffix = ".part";

    private readonly string _directory;
    private readonly ILogger _logger;

    /// <summary>Makes the directory if need be. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public StsFiles(string directory, ILogger logger)
    {
        _directory = directory;
        _logger = logger;
        Directory.CreateDirectory(directory);
    }

    /// <summary>All that can be read; what is damaged is logged and left out. Throws as the constructor does.</summary>
    public IEnumerable<StsEntry> ReadAll()
    {
        foreach (var path in Directory.EnumerateFiles(_directory, "*" + PartSuffix))
        {
            // A crash left it.
            File.Delete(path);
        }

        foreach (var path in Directory.EnumerateFiles(_directory, "*" + Suffix))
        {
            if (TryRead(path, out var entry, out var fault))
            {
                yield return entry;
            }
            else
            {
                StsLog.Damaged(_logger, path, fault);
            }
        }
    }

    /// <summary>In place of what was there. That it fails is logged.</summary>
    public void Write(StsEntry entry)
    {
        var path = PathOf(entry.Domain);
        var part = Path.Combine(_directory, entry.Domain + PartSuffix);
        try
        {
            using (var stream = File.Create(part))
            {
                stream.Write(Encode(entry));
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
            using var handle = PosixFile.OpenDirectory(_directory);
            PosixFile.SyncDirectory(handle);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            StsLog.NotKept(_logger, entry.Domain, fault);
        }
    }

    /// <summary>That it fails is logged; the file then comes back at the next start, for as long as its time goes.</summary>
    public void Delete(StsEntry entry)
    {
        try
        {
            File.Delete(PathOf(entry.Domain));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            StsLog.NotKept(_logger, entry.Domain, fault);
        }
    }

    private static bool TryRead(string path, [NotNullWhen(true)] out StsEntry? entry, [NotNullWhen(false)] out string? fault)
    {
        try
        {
            return TryDecode(Path.GetFileNameWithoutExtension(path), File.ReadAllBytes(path), out entry, out fault);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            (entry, fault) = (null, unreadable.Message);
            return false;
        }
    }

    internal static byte[] Encode(StsEntry entry)
    {
        var rest = string.Create(CultureInfo.InvariantCulture, $"{entry.Id}\n{entry.FetchedAt.ToUnixTimeSeconds()}\n{StsPolicyText.Write(entry.Policy)}");
        return Encoding.ASCII.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(rest)))}\n{rest}");
    }

    /// <summary>False: damaged, in words.</summary>
    internal static bool TryDecode(string domain, byte[] octets, [NotNullWhen(true)] out StsEntry? entry, [NotNullWhen(false)] out string? fault)
    {
        entry = null;
        var lines = Encoding.Latin1.GetString(octets).Split('\n', 4);
        if (lines.Length < 4 || lines[0] != Convert.ToHexStringLower(SHA256.HashData(octets.AsSpan(lines[0].Length + 1))))
        {
            fault = "its checksum is wrong";
            return false;
        }

        if (!long.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds() - (long)StsPolicyText.LongestAge.TotalSeconds)
        {
            fault = "its time is none";
            return false;
        }

        if (!StsPolicyText.TryParse(Encoding.Latin1.GetBytes(lines[3]), out var policy, out fault))
        {
            return false;
        }

        entry = new StsEntry { Domain = domain, Id = lines[1], FetchedAt = DateTimeOffset.FromUnixTimeSeconds(seconds), Policy = policy };
        return true;
    }

    private string PathOf(string domain) => Path.Combine(_directory, domain + Suffix);
}
