using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Mta.Configuration;

namespace MailManager.Mta.Tls;

/// <summary>A server's certificate with its key and intermediates, as its files were at one moment. Immutable.</summary>
internal sealed class ServerCertificate
{
    private ServerCertificate(TlsFiles files, FileStamp stamp, X509Certificate2 certificate, X509Certificate2Collection chain)
    {
        Files = files;
        Stamp = stamp;
        Certificate = certificate;
        Chain = chain;
        DnsNames = ReadDnsNames(certificate);
    }

    public TlsFiles Files { get; }

    /// <summary>What the files looked like just before they were read.</summary>
    public FileStamp Stamp { get; }

    public X509Certificate2 Certificate { get; }

    /// <summary>What else is in the certificate's file: its intermediates.</summary>
    public X509Certificate2Collection Chain { get; }

    /// <summary>Of the subjectAltName, lower case is not ensured. The common name does not count (RFC 9525 §2).</summary>
    public string[] DnsNames { get; }

    public DateTimeOffset NotAfter => Certificate.NotAfter;

    /// <summary>A key for ECDSA: its signatures cost the server a tenth of RSA's.</summary>
    public bool IsEcdsa => Certificate.PublicKey.Oid.Value == "1.2.840.10045.2.1";

    /// <summary>Reads the files. Throws <see cref="IOException"/> or <see cref="CryptographicException"/> with the names of the files.</summary>
    public static ServerCertificate Load(TlsFiles files)
    {
        var stamp = FileStamp.Of(files);
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(files.CertificatePath, files.KeyPath);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(files.CertificatePath);
            return new ServerCertificate(files, stamp, certificate, chain);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or AsnContentException)
        {
            throw new CryptographicException($"Certificate {files.CertificatePath} with key {files.KeyPath}: {fault.Message}", fault);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new IOException($"Certificate {files.CertificatePath} with key {files.KeyPath}: {fault.Message}", fault);
        }
    }

    private static string[] ReadDnsNames(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames())];
}
