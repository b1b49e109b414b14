using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.TlsReports;

/// <summary>Days on disk, one file each, named by the date. A file is whole or not there: it is written beside and renamed. One user at a time.</summary>
internal sealed class TlsDayFiles
{
    private const string Suffix = ".json";
    private const string PartSuffix = ".part";

    private readonly string _directory;
    private readonly ILogger _logger;

    /// <summary>Makes the directory if need be. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
    public TlsDayFiles(string directory, ILogger logger)
    {
        _directory = directory;
        _logger = logger;
        Directory.CreateDirectory(directory);
    }

    public static byte[] Encode(TlsDay day) => JsonSerializer.SerializeToUtf8Bytes(day, TlsDayJson.Default.TlsDay);

    /// <summary>All that can be read; what is damaged is logged and left out.</summary>
    public IEnumerable<TlsDay> ReadAll()
    {
        foreach (var path in Directory.EnumerateFiles(_directory, "*" + Suffix))
        {
            TlsDay? day = null;
            try
            {
                day = JsonSerializer.Deserialize(File.ReadAllBytes(path), TlsDayJson.Default.TlsDay);
            }
            catch (Exception fault) when (fault is JsonException or IOException or UnauthorizedAccessException)
            {
                TlsReportLog.Damaged(_logger, path, fault);
            }

            if (day is not null)
            {
                yield return day;
            }
        }
    }

    /// <summary>In place of what was there; null: nothing. That it fails is logged.</summary>
    public void Write(DateOnly date, byte[]? octets)
    {
        var path = Path.Combine(_directory, $"{date:yyyy-MM-dd}{Suffix}");
        try
        {
            if (octets is null)
            {
                File.Delete(path);
                return;
            }

            var part = path + PartSuffix;
            using (var stream = File.Create(part))
            {
                stream.Write(octets);
                stream.Flush(flushToDisk: true);
            }

            File.Move(part, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            TlsReportLog.NotKept(_logger, path, fault);
        }
    }
}
