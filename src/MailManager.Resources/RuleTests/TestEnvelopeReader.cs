using System.Collections.Immutable;
using System.Net;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Expressions;
using MailManager.Resources.Identities;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Resources.RuleTests;

/// <summary>(+) Reads the <c>Envelope</c> of a test; only recipients are required.</summary>
public static class TestEnvelopeReader
{
    /// <summary>All keys.</summary>
    public static ImmutableArray<string> Keys { get; } = ["Ip", "Helo", "MailFrom", "Recipients", "Tls", "AuthenticatedAs", "ReverseDns"];

    /// <summary>The recipients that RFC 5321 §4.5.3.1.8 wants every server to take.</summary>
    public const int MaximumRecipients = 100;

    internal static readonly TextRule Address =
        new(3, 320, @"[^\x00-\x1f\x7f]+@[^\x00-\x20\x7f@]+", "an address without angle brackets");

    internal static readonly TextRule Helo = new(1, 255, @"[\x21-\x7e]+", "printable ASCII without spaces");
    internal static readonly TextRule UserName = new(1, 255);

    /// <summary>Null when there are errors, which the value's context then holds.</summary>
    public static TestEnvelope? Read(DocumentValue value) => value.Map(Keys) is { } map ? Read(map) : null;

    /// <summary>Reads it out of a map that knows <see cref="Keys"/> and perhaps others. Null when there are errors, which the map's context then holds.</summary>
    public static TestEnvelope? Read(MapReader map)
    {
        var defaults = new TestEnvelope { Recipients = [] };
        var ip = map.Optional("Ip") is { } ipValue ? ReadIp(ipValue) : defaults.Ip;
        var helo = map.OptionalText("Helo", Helo) ?? defaults.Helo;
        var mailFrom = map.Optional("MailFrom") is { } mailFromValue ? ReadMailFrom(mailFromValue) : defaults.MailFrom;
        var recipients = map.RequiredItems("Recipients", 1, MaximumRecipients, item => item.Text(Address));
        var tls = map.OptionalWord("Tls", PolicyWords.TlsVersion);
        var user = map.OptionalText("AuthenticatedAs", UserName);
        var reverse = map.Optional("ReverseDns") is { } reverseValue ? ReadHostName(reverseValue) : null;
        return map.Failed ? null : new TestEnvelope
        {
            Ip = ip!,
            Helo = helo,
            MailFrom = mailFrom!,
            Recipients = recipients,
            Tls = tls,
            AuthenticatedAs = user,
            ReverseDns = reverse,
        };
    }

    private static IPAddress? ReadIp(DocumentValue value)
    {
        if (value.PlainText() is not { } text)
        {
            return null;
        }

        if (AddressRange.ParseAddress(text) is { } address)
        {
            return address;
        }

        value.Error($"{DisplayText.Quote(text)} is not an address such as 192.0.2.1 or 2001:db8::1");
        return null;
    }

    private static string? ReadMailFrom(DocumentValue value) => value.PlainText() switch
    {
        null => null,
        "" => string.Empty,
        _ => value.Text(Address),
    };

    private static string? ReadHostName(DocumentValue value)
    {
        if (value.PlainText() is not { } name)
        {
            return null;
        }

        if (DomainName.ProblemWith(name) is not { } problem)
        {
            return name;
        }

        value.Error(problem);
        return null;
    }
}
