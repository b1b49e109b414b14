using MailManager.Resources.Binding;

namespace MailManager.Resources.IngressPoints;

/// <summary>Reads <c>Limits</c> of an ingress point.</summary>
internal static class SessionLimitsReader
{
    private const int Million = 1_000_000;
    private const int LargestHeader = 16 * 1024 * 1024;

    /// <summary>Defaults stand for what is not given, and for what is wrong: then the value's context holds errors.</summary>
    public static SessionLimits Read(DocumentValue? value)
    {
        var defaults = new SessionLimits();
        if (value?.Map(
            [
                "Sessions", "Recipients", "Transactions", "Errors", "UnknownCommands", "CommandLine", "HeaderBlock", "HeaderField",
                "HeaderFields", "Hops", "IdleTimeout", "SessionTime", "HandshakeTimeout", "DataTimeout", "MinDataRate",
            ]) is not { } map)
        {
            return defaults;
        }

        return new SessionLimits
        {
            Sessions = map.Optional("Sessions")?.Integer(1, Million),
            Recipients = map.Integer("Recipients", 1, 10_000, defaults.Recipients),
            Transactions = map.Integer("Transactions", 1, Million, defaults.Transactions),
            Errors = map.Integer("Errors", 1, 10_000, defaults.Errors),
            UnknownCommands = map.Integer("UnknownCommands", 1, 10_000, defaults.UnknownCommands),
            CommandLine = map.Integer("CommandLine", 512, 12_288, defaults.CommandLine),
            HeaderBlock = map.Integer("HeaderBlock", 16 * 1024, LargestHeader, defaults.HeaderBlock),
            HeaderField = map.Integer("HeaderField", 1000, LargestHeader, defaults.HeaderField),
            HeaderFields = map.Integer("HeaderFields", 100, 100_000, defaults.HeaderFields),
            Hops = map.Integer("Hops", 10, 1000, defaults.Hops),
            IdleTimeout = map.Duration("IdleTimeout", TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), defaults.IdleTimeout),
            SessionTime = map.Duration("SessionTime", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1), defaults.SessionTime),
            HandshakeTimeout = map.Duration("HandshakeTimeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), defaults.HandshakeTimeout),
            DataTimeout = map.Duration("DataTimeout", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1), defaults.DataTimeout),
            MinDataRate = map.Integer("MinDataRate", 0, Million, defaults.MinDataRate),
        };
    }
}
