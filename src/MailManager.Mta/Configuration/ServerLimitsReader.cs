using System.Net;
using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;
using MailManager.Smtp.Limits;

namespace MailManager.Mta.Configuration;

/// <summary>Reads <c>Node.Limits</c>.</summary>
internal static class ServerLimitsReader
{
    private const int Million = 1_000_000;
    private const long LeastMemory = 1024 * 1024;
    private const long MostMemory = LeastMemory * 1024 * 1024;

    /// <summary>
    /// Clients on this machine are exempt from the limits for each client: whoever is here can do more harm than that, and proxies and content
    /// filters without another way to tell the client's address are here too.
    /// </summary>
    public static SessionGovernorOptions Defaults { get; } = new() { Exempt = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] };

    /// <summary>Defaults stand for what is not given, and for what is wrong: then the value's context holds errors.</summary>
    public static SessionGovernorOptions Read(DocumentValue? value)
    {
        var defaults = Defaults;
        if (value?.Map(
            [
                "Sessions", "SessionsPerAddress", "SessionsPerNetwork", "ConnectionsPerMinute", "RecipientsPerMinute", "MessagesInFlight",
                "Memory", "Exempt",
            ]) is not { } map)
        {
            return defaults;
        }

        return new SessionGovernorOptions
        {
            Sessions = map.Integer("Sessions", 1, Million, defaults.Sessions),
            SessionsPerAddress = map.Integer("SessionsPerAddress", 1, Million, defaults.SessionsPerAddress),
            SessionsPerNetwork = map.Integer("SessionsPerNetwork", 1, Million, defaults.SessionsPerNetwork),
            ConnectionsPerMinute = map.Integer("ConnectionsPerMinute", 0, 10 * Million, defaults.ConnectionsPerMinute),
            RecipientsPerMinute = map.Integer("RecipientsPerMinute", 0, 10 * Million, defaults.RecipientsPerMinute),
            MessagesInFlight = map.Integer("MessagesInFlight", 1, Million, defaults.MessagesInFlight),
            Memory = map.Optional("Memory")?.LongInteger(LeastMemory, MostMemory) ?? defaults.Memory,
            Exempt = NetworkReader.Optional(map, "Exempt", defaults.Exempt),
        };
    }
}
