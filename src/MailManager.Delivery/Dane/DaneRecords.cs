using System.Collections.Immutable;
using MailManager.Delivery.Dns;

namespace MailManager.Delivery.Dane;

/// <summary>The TLSA records of one SMTP server that can be used (RFC 7672 §3.1).</summary>
internal static class DaneRecords
{
    /// <summary>RFC 6698 §2.1.1: a certification authority of the domain's own (RFC 7218: DANE-TA).</summary>
    public const byte TrustAnchor = 2;

    /// <summary>The server's own certificate (DANE-EE).</summary>
    public const byte EndEntity = 3;

    /// <summary>RFC 6698 §2.1.2: the whole certificate (Cert).</summary>
    public const byte WholeCertificate = 0;

    /// <summary>The public key (SPKI).</summary>
    public const byte PublicKey = 1;

    /// <summary>RFC 6698 §2.1.3: the data itself (Full).</summary>
    public const byte Exact = 0;

    /// <summary>SHA2-256.</summary>
    public const byte Sha256 = 1;

    /// <summary>SHA2-512.</summary>
    public const byte Sha512 = 2;

    /// <summary>
    /// Those that can be used. Usages 0 and 1 mean nothing for SMTP (RFC 7672 §3.1.3), and a digest that is too short or too long is none.
    /// </summary>
    public static ImmutableArray<TlsaRow> Usable(ImmutableArray<TlsaRow> rows) =>
    [
        .. rows.Where(row => row.Usage is TrustAnchor or EndEntity
            && row.Selector is WholeCertificate or PublicKey
            && (row.MatchingType switch
            {
                Exact => row.Data.Length > 0,
                Sha256 => row.Data.Length == 32,
                Sha512 => row.Data.Length == 64,
                _ => false,
            })),
    ];
}
