using System.Collections.Immutable;

namespace MailManager.Resources.IpSets;

/// <summary>
/// (+) IP sets that need not be defined: the addresses from which Amazon SES Mail Manager relays, published as "SMTP relay IP ranges" in the AWS
/// General Reference.
/// </summary>
public static class BuiltInIpSets
{
    private static readonly ImmutableArray<IpSet> Regions =
    [
        Region("ap-southeast-2", "206.55.128.0/24"),
        Region("us-east-1", "206.55.129.0/24"),
        Region("ap-northeast-1", "206.55.130.0/24"),
        Region("us-west-2", "206.55.131.0/24"),
        Region("eu-central-1", "206.55.132.0/24"),
        Region("eu-west-1", "206.55.133.0/24"),
    ];

    /// <summary><c>ses-mail-manager</c>, which is all regions, and <c>ses-mail-manager.REGION</c> for each.</summary>
    public static ImmutableArray<IpSet> All { get; } =
        [new IpSet { IpSetName = "ses-mail-manager", Values = [.. Regions.SelectMany(region => region.Values)] }, .. Regions];

    private static IpSet Region(string name, string range) => new() { IpSetName = $"ses-mail-manager.{name}", Values = [range] };
}
