using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Identities;

namespace MailManager.Resources.Relays;

/// <summary>Servers of well-known providers, by <c>Preset</c>; beyond the API. All of them take mail at port 25 under TLS, and from no login.</summary>
internal static class RelayPreset
{
    private const int SmtpPort = 25;
    private const string GoogleWorkspace = "google-workspace";
    private const string Microsoft365 = "microsoft-365";

    /// <summary>The published MX of a Workspace domain, in the order of their preference.</summary>
    private static readonly ImmutableArray<RelayServer> GoogleServers =
    [
        .. ((string[])["aspmx", "alt1.aspmx", "alt2.aspmx", "alt3.aspmx", "alt4.aspmx"]).Select(host => new RelayServer($"{host}.l.google.com", SmtpPort)),
    ];

    /// <param name="map">Of the relay, with <c>Preset</c>.</param>
    public static ImmutableArray<RelayServer> Read(MapReader map)
    {
        foreach (var key in (string[])["ServerName", "ServerPort"])
        {
            map.Optional(key)?.Error($"{key} is what Preset stands for; give one of the two");
        }

        var domain = map.Optional("Domain");
        switch (map.Required("Preset")!.Word([GoogleWorkspace, Microsoft365]))
        {
            case GoogleWorkspace:
                domain?.Error($"Domain goes with the preset {Microsoft365} only: all domains of {GoogleWorkspace} have the same servers");
                return GoogleServers;
            case Microsoft365 when domain is null:
                map.Value.Error($"Domain is missing: the preset {Microsoft365} needs it for the name of the server");
                return [];
            case Microsoft365:
                return ReadMicrosoft(domain);
            default:
                return [];
        }
    }

    /// <summary>The host's name has the domain's, with hyphens for its dots.</summary>
    private static ImmutableArray<RelayServer> ReadMicrosoft(DocumentValue domain)
    {
        if (domain.PlainText() is not { } name)
        {
            return [];
        }

        var host = $"{name.Replace('.', '-')}.mail.protection.outlook.com";
        if ((DomainName.ProblemWith(name) ?? DomainName.ProblemWith(host)) is { } problem)
        {
            domain.Error(problem);
            return [];
        }

        return [new RelayServer(host, SmtpPort)];
    }
}
