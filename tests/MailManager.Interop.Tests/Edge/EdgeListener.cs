namespace MailManager.Interop.Tests.Edge;

/// <summary>The listeners of <see cref="EdgeGateway"/>, within an ingress point in the order of its configuration.</summary>
public enum EdgeListener
{
    /// <summary>OPEN, with STARTTLS offered.</summary>
    Plain,

    /// <summary>OPEN, TLS from the first octet.</summary>
    Implicit,

    /// <summary>LMTP, with STARTTLS offered.</summary>
    Lmtp,

    /// <summary>LMTP, TLS from the first octet.</summary>
    LmtpImplicit,

    /// <summary>After a PROXY header of 127.0.0.1.</summary>
    Proxied,

    /// <summary>After a PROXY header of 127.0.0.1, TLS from the octet after it.</summary>
    ProxiedImplicit,

    /// <summary>Takes XCLIENT from 127.0.0.1.</summary>
    XClient,

    /// <summary>OPEN, mail only after STARTTLS.</summary>
    Required,

    /// <summary>AUTH after STARTTLS.</summary>
    Submission,

    /// <summary>AUTH, TLS from the first octet.</summary>
    SubmissionImplicit,

    /// <summary>AUTH after STARTTLS, LMTP.</summary>
    SubmissionLmtp,

    /// <summary>Client certificate, STARTTLS.</summary>
    Mutual,

    /// <summary>Client certificate, TLS from the first octet.</summary>
    MutualImplicit,
}
