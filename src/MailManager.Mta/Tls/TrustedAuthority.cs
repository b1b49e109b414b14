using System.Security.Cryptography.X509Certificates;

namespace MailManager.Mta.Tls;

/// <summary>A certification authority of a trust store, with its revocation list if one was given. Immutable.</summary>
internal sealed record TrustedAuthority(X509Certificate2 Certificate, RevocationList? Revocations)
{
    public string Name => Certificate.Subject;

    public bool IsValidAt(DateTimeOffset now) => Certificate.NotBefore <= now && now <= Certificate.NotAfter;

    public bool HasExpiredList(DateTimeOffset now) => Revocations is { } list && list.NextUpdate < now;

    /// <summary>
    /// The same authority, perhaps in another certificate: by name and key, so that a client cannot get around the revocation list with a
    /// cross-certificate.
    /// </summary>
    public bool IsIssuer(X509Certificate2 certificate) =>
        Certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.SubjectName.RawData)
        && Certificate.PublicKey.EncodedKeyValue.RawData.AsSpan().SequenceEqual(certificate.PublicKey.EncodedKeyValue.RawData);
}
