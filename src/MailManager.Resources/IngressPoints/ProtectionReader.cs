using System.Collections.Immutable;
using System.Net;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Resources.Relays;

namespace MailManager.Resources.IngressPoints;

/// <summary>
/// Reads <c>Protection</c>. Defaults stand for what is not given, and for what is wrong: then the value's context holds errors.
/// </summary>
internal static class ProtectionReader
{
    private const int MaximumZones = 20;
    private const int MaximumAnswers = 256;

    private static readonly IPNetwork Answers = IPNetwork.Parse("127.0.0.0/8");
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    public static ProtectionSettings Read(DocumentValue? value)
    {
        if (value?.Map(["DnsLists", "GreetingDelay", "Greylisting", "RecipientVerification", "Tarpit"]) is not { } map)
        {
            return new ProtectionSettings();
        }

        return new ProtectionSettings
        {
            DnsLists = map.Optional("DnsLists") is { } lists ? ReadLists(lists) : null,
            GreetingDelay = map.Optional("GreetingDelay") is { } delay ? Duration.Read(delay, Duration.Shortest, LongestDelay) : null,
            Greylisting = map.Optional("Greylisting") is { } greylisting ? ReadGreylisting(greylisting) : null,
            RecipientVerification = map.Optional("RecipientVerification") is { } verification ? ReadVerification(verification) : null,
            Tarpit = map.Optional("Tarpit") is { } tarpit ? ReadTarpit(tarpit) : null,
        };
    }

    private static DnsListSettings? ReadLists(DocumentValue value)
    {
        if (value.Map(["Zones", "Timeout", "OnFailure", "Exempt"]) is not { } map)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var defaults = new DnsListSettings { Zones = [] };
        return new DnsListSettings
        {
            Zones = map.RequiredItems("Zones", 1, MaximumZones, item => ReadZone(item, names)),
            Timeout = map.Duration("Timeout", Duration.Shortest, TimeSpan.FromSeconds(30), defaults.Timeout),
            OnFailure = map.OptionalWord("OnFailure", IngressPointWords.ProtectionFailure) ?? defaults.OnFailure,
            Exempt = NetworkReader.Optional(map, "Exempt", defaults.Exempt),
        };
    }

    private static DnsListZone? ReadZone(DocumentValue value, HashSet<string> names)
    {
        if (value.Map(["Name", "Answers"]) is not { } map)
        {
            return null;
        }

        var nameValue = map.Required("Name");
        var name = nameValue?.PlainText();
        if (name is not null && DomainName.ProblemWith(name) is { } problem)
        {
            nameValue!.Error(problem);
        }
        else if (name is not null && !names.Add(name))
        {
            nameValue!.Error($"'{name}' is here twice");
        }

        var answers = map.Items("Answers", 1, MaximumAnswers, ReadAnswer);
        return map.Failed ? null : new DnsListZone(name!, answers);
    }

    private static IPAddress? ReadAnswer(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (AddressRange.ParseAddress(text) is { } address && Answers.Contains(address))
        {
            return address;
        }

        value.Error($"{DisplayText.Quote(text)} is not an address in {Answers}, such as 127.0.0.2");
        return null;
    }

    private static GreylistingSettings? ReadGreylisting(DocumentValue value)
    {
        if (value.Map(["Delay", "Window", "Lifetime", "Exempt"]) is not { } map)
        {
            return null;
        }

        var defaults = new GreylistingSettings();
        var settings = new GreylistingSettings
        {
            Delay = map.Duration("Delay", Duration.Shortest, TimeSpan.FromDays(1), defaults.Delay),
            Window = map.Duration("Window", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), defaults.Window),
            Lifetime = map.Duration("Lifetime", TimeSpan.FromHours(1), TimeSpan.FromDays(366), defaults.Lifetime),
            Exempt = NetworkReader.Optional(map, "Exempt", defaults.Exempt),
        };
        if (!map.Failed && settings.Window <= settings.Delay)
        {
            value.Error("Window must be longer than Delay: nobody could come back in time");
        }

        return settings;
    }

    private static RecipientVerificationSettings? ReadVerification(DocumentValue value)
    {
        if (value.Map(["Relay", "CacheTime", "NegativeCacheTime", "Timeout", "OnFailure"]) is not { } map)
        {
            return null;
        }

        var relayValue = map.Required("Relay");
        var relay = relayValue?.Text(RelayReader.Name);
        if (relay is not null)
        {
            value.Context.Refer(ResourceKind.Relay, relay, relayValue!);
        }

        var defaults = new RecipientVerificationSettings { Relay = relay ?? "" };
        return defaults with
        {
            CacheTime = map.Duration("CacheTime", Duration.Shortest, Duration.Longest, defaults.CacheTime),
            NegativeCacheTime = map.Duration("NegativeCacheTime", Duration.Shortest, Duration.Longest, defaults.NegativeCacheTime),
            Timeout = map.Duration("Timeout", Duration.Shortest, TimeSpan.FromMinutes(5), defaults.Timeout),
            OnFailure = map.OptionalWord("OnFailure", IngressPointWords.ProtectionFailure) ?? defaults.OnFailure,
        };
    }

    private static TarpitSettings? ReadTarpit(DocumentValue value)
    {
        if (value.Map(["Delay", "AfterErrors"]) is not { } map)
        {
            return null;
        }

        var defaults = new TarpitSettings();
        return new TarpitSettings
        {
            Delay = map.Duration("Delay", Duration.Shortest, LongestDelay, defaults.Delay),
            AfterErrors = map.Integer("AfterErrors", 1, 10_000, defaults.AfterErrors),
        };
    }
}
