using MailManager.Resources.Binding;
using MailManager.Resources.Expressions;

namespace MailManager.Mta.Configuration;

/// <summary>Reads <c>Node.Limits</c>.</summary>
internal static class ServerLimitsReader
{
    private const int Million = 1_000_000;
    private const long LeastMemory = 1024 * 1024;
    private const long MostMemory = LeastMemory * 1024 * 1024;

    /// <summary>Defaults stand for what is not given, and for what is wrong: then the value's context holds errors.</summary>
    public static ServerLimits Read(DocumentValue? value)
    {
        var defaults = new ServerLimits();
        if (value?.Map(
            [
                "Sessions", "SessionsPerAddress", "SessionsPerNetwork", "ConnectionsPerMinute", "RecipientsPerMinute", "MessagesInFlight",
                "Memory", "Exempt",
            ]) is not { } map)
        {
            return defaults;
        }

        return new ServerLimits
        {
            Sessions = map.Integer("Sessions", 1, Million, defaults.Sessions),
            SessionsPerAddress = map.Integer("SessionsPerAddress", 1, Million, defaults.SessionsPerAddress),
            SessionsPerNetwork = map.Integer("SessionsPerNetwork", 1, Million, defaults.SessionsPerNetwork),
            ConnectionsPerMinute = map.Integer("ConnectionsPerMinute", 0, 10 * Million, defaults.ConnectionsPerMinute),
            RecipientsPerMinute = map.Integer("RecipientsPerMinute", 0, 10 * Million, defaults.RecipientsPerMinute),
            MessagesInFlight = map.Integer("MessagesInFlight", 1, Million, defaults.MessagesInFlight),
            Memory = map.Optional("Memory")?.LongInteger(LeastMemory, MostMemory),
            Exempt = NetworkReader.Optional(map, "Exempt", defaults.Exempt),
        };
    }
}
