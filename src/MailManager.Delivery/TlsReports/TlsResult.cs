using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.TlsReports;

/// <summary>Why a session was not secured as it should have been: the result types of RFC 8460 §4.3 that are told apart here.</summary>
internal enum TlsResult
{
    StarttlsNotSupported,
    CertificateHostMismatch,
    CertificateExpired,
    CertificateNotTrusted,
    ValidationFailure,
    DnssecInvalid,
    StsPolicyFetchError,
    StsPolicyInvalid,
    StsWebpkiInvalid,
}

/// <summary>Words of results, and what failures come to.</summary>
internal static class TlsResults
{
    /// <summary>As it stands in a report.</summary>
    public static string Word(TlsResult result) => result switch
    {
        TlsResult.StarttlsNotSupported => "starttls-not-supported",
        TlsResult.CertificateHostMismatch => "certificate-host-mismatch",
        TlsResult.CertificateExpired => "certificate-expired",
        TlsResult.CertificateNotTrusted => "certificate-not-trusted",
        TlsResult.DnssecInvalid => "dnssec-invalid",
        TlsResult.StsPolicyFetchError => "sts-policy-fetch-error",
        TlsResult.StsPolicyInvalid => "sts-policy-invalid",
        TlsResult.StsWebpkiInvalid => "sts-webpki-invalid",
        _ => "validation-failure",
    };

    /// <summary>What a session that did not come about says of TLS; null: nothing, it failed for other reasons.</summary>
    /// <param name="failure">Of the session.</param>
    /// <param name="type">Of the policy that was in force.</param>
    /// <param name="seen">What the usual check found; null: no certificate came.</param>
    public static TlsResult? Of(SmtpFailure failure, TlsPolicyType type, CertificateFault? seen) => failure.Phase switch
    {
        SmtpPhase.StartTls when failure.Party == SmtpParty.Local || failure.HasReply => TlsResult.StarttlsNotSupported,
        SmtpPhase.StartTls when failure.Party == SmtpParty.Peer => TlsResult.ValidationFailure,
        SmtpPhase.TlsHandshake when seen is null => TlsResult.ValidationFailure,

        // TLSA records say what is trusted; names and dates of the usual check are not what refused it.
        SmtpPhase.TlsHandshake when type == TlsPolicyType.Tlsa => TlsResult.CertificateNotTrusted,
        SmtpPhase.TlsHandshake => Of(seen.Value) ?? TlsResult.ValidationFailure,
        _ => null,
    };

    /// <summary>What is wrong with a certificate by the usual check; null: nothing.</summary>
    public static TlsResult? Of(CertificateFault fault) =>
        fault.Errors == SslPolicyErrors.None ? null
        : fault.Errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? TlsResult.CertificateHostMismatch
        : fault.Chain.HasFlag(X509ChainStatusFlags.NotTimeValid) ? TlsResult.CertificateExpired
        : TlsResult.CertificateNotTrusted;
}

/// <summary>What the usual check found wrong with a certificate.</summary>
/// <param name="Errors">In all.</param>
/// <param name="Chain">With the chain.</param>
internal readonly record struct CertificateFault(SslPolicyErrors Errors, X509ChainStatusFlags Chain);
