using MailManager.Mta.Protection;
using MailManager.Resources.IngressPoints;

namespace MailManager.Mta.Hosting;

/// <summary>From what an ingress point's <c>Protection</c> says to the options of those who carry it out.</summary>
internal static class ProtectionMapping
{
    /// <summary>Null when all that asks or remembers is off.</summary>
    public static ProtectionOptions? ToOptions(ProtectionSettings settings) =>
        settings is { DnsLists: null, Greylisting: null, RecipientVerification: null }
            ? null
            : new ProtectionOptions
            {
                DnsLists = settings.DnsLists is { } lists
                    ? new DnsListOptions
                    {
                        Zones = [.. lists.Zones.Select(zone => new Protection.DnsListZone(zone.Name, zone.Answers))],
                        Timeout = lists.Timeout,
                        OnFailure = ToMode(lists.OnFailure),
                        Exempt = lists.Exempt,
                    }
                    : null,
                Greylisting = settings.Greylisting is { } greylisting
                    ? new GreylistOptions
                    {
                        Delay = greylisting.Delay,
                        Window = greylisting.Window,
                        Lifetime = greylisting.Lifetime,
                        Exempt = greylisting.Exempt,
                    }
                    : null,
                RecipientVerification = settings.RecipientVerification is { } verification
                    ? new RecipientVerificationOptions
                    {
                        Relay = verification.Relay,
                        CacheTime = verification.CacheTime,
                        NegativeCacheTime = verification.NegativeCacheTime,
                        Timeout = verification.Timeout,
                        OnFailure = ToMode(verification.OnFailure),
                    }
                    : null,
            };

    private static FailureMode ToMode(ProtectionFailure failure) => failure == ProtectionFailure.Defer ? FailureMode.Defer : FailureMode.Allow;
}
