using System.Collections.Immutable;
using MailManager.Smtp.Client;

namespace MailManager.Delivery.Probe;

/// <summary>What came of trying a relay.</summary>
public sealed record RelayTestReport
{
    /// <summary>In the order in which it happened; secrets are masked, and what the server said is escaped.</summary>
    public required ImmutableArray<TranscriptEntry> Entries { get; init; }

    /// <summary>Version and cipher suite; null: clear text.</summary>
    public required string? Tls { get; init; }

    /// <summary>Null: none was seen.</summary>
    public required SeenCertificate? Certificate { get; init; }

    /// <summary>Null: the relay works.</summary>
    public required SmtpFailure? Failure { get; init; }

    /// <summary>What is wrong and what to do about it; null when nothing is.</summary>
    public required string? Advice { get; init; }
}

/// <summary>One line of a transcript.</summary>
public sealed record TranscriptEntry(TranscriptSource Source, string Text);

/// <summary>Who said it.</summary>
public enum TranscriptSource
{
    /// <summary>An event of the connection.</summary>
    Event,
    Client,
    Server,
}

/// <summary>A server's certificate.</summary>
/// <param name="Subject">Its distinguished name.</param>
/// <param name="Names">DNS names and addresses that it is for.</param>
/// <param name="Issuer">Who signed it.</param>
/// <param name="NotBefore">Start of its time.</param>
/// <param name="NotAfter">End of its time.</param>
/// <param name="Problems">What a check has against it, in words; empty: nothing.</param>
/// <param name="IsAccepted">This relay takes it all the same, or because there are none.</param>
public sealed record SeenCertificate(
    string Subject, ImmutableArray<string> Names, string Issuer, DateTimeOffset NotBefore, DateTimeOffset NotAfter, ImmutableArray<CertificateProblem> Problems, bool IsAccepted);

/// <summary>What can be wrong with a certificate.</summary>
public enum CertificateProblem
{
    /// <summary>The server has none.</summary>
    Missing,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Its time has not come.</summary>
    NotYetValid,

    /// <summary>It is for other names than the relay's.</summary>
    WrongName,

    /// <summary>It has signed itself, so that nobody vouches for it.</summary>
    SelfSigned,

    /// <summary>No root that is trusted here stands behind it.</summary>
    UntrustedIssuer,
}
