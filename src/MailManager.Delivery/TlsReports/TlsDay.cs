using System.Text.Json.Serialization;

namespace MailManager.Delivery.TlsReports;

/// <summary>What happened on one day (UTC), and is not reported yet. As it is written to disk.</summary>
internal sealed class TlsDay
{
    public required DateOnly Date { get; init; }

    /// <summary>By the recipient's domain.</summary>
    public Dictionary<string, List<TlsTally>> Domains { get; init; } = [];
}

/// <summary>The sessions that were held to one policy.</summary>
internal sealed class TlsTally
{
    public required TlsPolicyType Type { get; init; }

    public required string PolicyDomain { get; init; }

    public required string[] Strings { get; init; }

    public required string[] Hosts { get; init; }

    public long Successes { get; set; }

    public long Failures { get; set; }

    /// <summary>Of all failures, or of as many as are told apart.</summary>
    public List<TlsFailureCount> Details { get; init; } = [];
}

/// <summary>Failures that are alike.</summary>
internal sealed class TlsFailureCount
{
    public required TlsResult Result { get; init; }

    public required string Host { get; init; }

    public string? SendingAddress { get; init; }

    public string? ReceivingAddress { get; init; }

    public string? Reason { get; init; }

    public long Count { get; set; }
}

[JsonSerializable(typeof(TlsDay))]
internal sealed partial class TlsDayJson : JsonSerializerContext;
