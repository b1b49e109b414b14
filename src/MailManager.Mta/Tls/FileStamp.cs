using MailManager.Mta.Configuration;

namespace MailManager.Mta.Tls;

/// <summary>
/// What tells that a certificate's files have changed: where links lead in the end, length and time of the last write. Certbot and Kubernetes put
/// new files beside the old and turn a link, which file watchers do not see.
/// </summary>
internal readonly record struct FileStamp(string CertificateTarget, long CertificateLength, DateTime CertificateTime, string KeyTarget, long KeyLength, DateTime KeyTime)
{
    /// <summary>A file that cannot be seen has length -1.</summary>
    public static FileStamp Of(TlsFiles files)
    {
        var certificate = Stat(files.CertificatePath);
        var key = Stat(files.KeyPath);
        return new FileStamp(certificate.Target, certificate.Length, certificate.Time, key.Target, key.Length, key.Time);
    }

    private static (string Target, long Length, DateTime Time) Stat(string path)
    {
        try
        {
            var target = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            var file = new FileInfo(target);
            return (target, file.Length, file.LastWriteTimeUtc);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return (path, -1, default);
        }
    }
}
