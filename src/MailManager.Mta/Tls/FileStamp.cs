using System.Security.Cryptography;
using MailManager.Mta.Configuration;

namespace MailManager.Mta.Tls;

/// <summary>
/// What tells that a certificate's files have changed: the digests of their contents. Certbot and Kubernetes put new files beside the old and turn a
/// link, perhaps one of a directory above, which file watchers do not see and which times and lengths need not show. The files are small.
/// </summary>
internal readonly record struct FileStamp(string? Certificate, string? Key)
{
    /// <summary>A file that cannot be read has no digest.</summary>
    public static FileStamp Of(TlsFiles files) => new(Digest(files.CertificatePath), Digest(files.KeyPath));

    private static string? Digest(string path)
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
