using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Identities;

namespace MailManager.Resources.Relays;

/// <summary>Reads <see cref="RelayTlsOptions"/> and the files that they name.</summary>
internal static class RelayTlsOptionsReader
{
    private const int MaxFingerprints = 20;
    private const string Tls13 = "TLS1_3";

    /// <summary>With or without colons between the octets, as <c>openssl x509 -fingerprint -sha256</c> prints them.</summary>
    private static readonly TextRule Fingerprint = new(1, 200, "sha256:([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}", "64 hexadecimal digits");

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    /// <param name="value">The map.</param>
    /// <param name="tls">Of the relay: what of the options makes sense depends on it.</param>
    /// <param name="files">Where paths start.</param>
    public static RelayTlsOptions? Read(DocumentValue value, RelayTls tls, FileReferences files)
    {
        if (value.Map(["MinimumVersion", "ServerName", "TrustedRootsFile", "Fingerprints", "ClientCertificate"]) is not { } map)
        {
            return null;
        }

        if (tls == RelayTls.None)
        {
            value.Error("TlsOptions have no meaning with Tls NONE; use REQUIRED, IMPLICIT or OPPORTUNISTIC");
        }
        else if (tls == RelayTls.Opportunistic)
        {
            // What opportunistic TLS refused would be sent in clear text instead.
            foreach (var key in (string[])["MinimumVersion", "TrustedRootsFile", "Fingerprints"])
            {
                map.Optional(key)?.Error($"{key} has no meaning with Tls OPPORTUNISTIC, which takes any server; use REQUIRED");
            }
        }

        var version = map.Optional("MinimumVersion")?.Word(["TLS1_2", Tls13]);
        var serverName = map.Optional("ServerName") is { } name ? ReadName(name) : null;
        var roots = map.Optional("TrustedRootsFile") is { } rootsFile ? ReadRoots(rootsFile, files) : null;
        var fingerprints = map.Items("Fingerprints", 1, MaxFingerprints, item => item.Text(Fingerprint) is { } text ? Digits(text) : null);
        if (!fingerprints.IsEmpty && roots is not null)
        {
            map.Optional("TrustedRootsFile")!.Error("Fingerprints stand in place of a check of the chain; give one of the two");
        }

        var client = map.Optional("ClientCertificate") is { } clientValue ? ReadClient(clientValue, files) : null;
        return map.Failed ? null : new RelayTlsOptions
        {
            NeedsTls13 = version == Tls13,
            ServerName = serverName,
            TrustedRoots = roots,
            Fingerprints = fingerprints,
            ClientCertificate = client,
        };
    }

    private static string Digits(string text) => text["sha256:".Length..].Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string? ReadName(DocumentValue value)
    {
        if (value.PlainText() is not { } name || DomainName.ProblemWith(name) is not { } problem)
        {
            return value.Node is ScalarNode scalar ? scalar.Text : null;
        }

        value.Error(problem);
        return null;
    }

    private static X509Certificate2Collection? ReadRoots(DocumentValue value, FileReferences files)
    {
        var roots = files.Read(value) is { } path ? ReadCertificates(value, path) : null;
        if (roots is not { Count: 0 })
        {
            return roots;
        }

        value.Error("the file has no certificate (PEM, -----BEGIN CERTIFICATE-----)");
        return null;
    }

    private static RelayClientCertificate? ReadClient(DocumentValue value, FileReferences files)
    {
        if (value.Map(["CertificateFile", "PrivateKeyFile"]) is not { } map)
        {
            return null;
        }

        var certificateFile = map.Required("CertificateFile") is { } certificateValue ? files.Read(certificateValue) : null;
        var keyFile = map.Required("PrivateKeyFile") is { } keyValue ? files.Read(keyValue) : null;
        if (certificateFile is null || keyFile is null)
        {
            return null;
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            return new RelayClientCertificate(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), chain);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            value.Error("the files are not a certificate and its private key (PEM, the key without a password), or cannot be read");
            return null;
        }
    }

    private static X509Certificate2Collection? ReadCertificates(DocumentValue value, string path)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            return certificates;
        }
        catch (Exception fault) when (fault is CryptographicException or IOException or UnauthorizedAccessException)
        {
            value.Error("the file's certificates cannot be read (PEM)");
            return null;
        }
    }
}
