namespace MailManager.Delivery.TlsReports;

/// <summary>Who sends reports of TLS (RFC 8460), and where what is not sent yet is kept.</summary>
public sealed record TlsReportOptions
{
    /// <summary>Where the days are kept, made if it is not there. For one process.</summary>
    public required string Directory { get; init; }

    /// <summary>Sender of reports by mail: a mailbox, whose domain should sign them (RFC 8460 §3).</summary>
    public required string From { get; init; }

    /// <summary>Who reports, in words.</summary>
    public required string OrganizationName { get; init; }

    /// <summary>Whom to ask about reports: a mailbox or an address of the web.</summary>
    public required string ContactInfo { get; init; }
}
