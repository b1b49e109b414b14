using System.Security.Cryptography;
using System.Text;
using MailManager.Resources.Identities;

namespace MailManager.Mta.Identities;

/// <summary>Makes private keys for DKIM, in PEM of PKCS#8.</summary>
internal static class NewDkimKey
{
    public static string Rsa(int bits)
    {
        using var rsa = RSA.Create(bits);
        return rsa.ExportPkcs8PrivateKeyPem() + "\n";
    }

    public static string Ed25519()
    {
        // OneAsymmetricKey of RFC 8410 §7, which is the same octets for every key but for the last 32.
        byte[] pkcs8 = [0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20, .. RandomNumberGenerator.GetBytes(DkimKeyFile.Ed25519Length)];
        return PemEncoding.WriteString("PRIVATE KEY", pkcs8) + "\n";
    }

    /// <summary>A new file that nobody else may read. Throws <see cref="IOException"/> when it is there, or cannot be made.</summary>
    public static void Write(string path, string pem)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(pem));
    }
}
