using System.CommandLine;
using MailManager.Mta.Guides;
using MailManager.Resources.Identities;

namespace MailManager.Mta.Cli;

/// <summary>
/// <c>mailmanager gateway-guide</c>: what to do so that a mail provider takes its mail from this gateway, with this installation's names and addresses.
/// Exit code 0: printed, 1: there is something wrong with what was asked.
/// </summary>
internal sealed class GatewayGuideCommand
{
    private const string GoogleWorkspace = "google-workspace";
    private const string AnyDomain = "example.com";

    private readonly Argument<string> _provider = new("provider") { Description = "The mail provider behind the gateway." };
    private readonly Option<string?> _file = new("--config") { Description = "Configuration file: its host name, its first domain and its Delivery.EgressAddresses or EgressSources are filled in." };
    private readonly Option<string?> _domain = new("--domain") { Description = "The mail domain, instead of the configuration's first." };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };

    private GatewayGuideCommand()
    {
        _provider.AcceptOnlyFromAmong(GoogleWorkspace, "microsoft-365");
    }

    public static Command Create() => new GatewayGuideCommand().CreateCommand();

    private Command CreateCommand()
    {
        var command = new Command("gateway-guide", "Prints what to do in a provider's admin console, and here, so that its mail comes through this gateway.")
        {
            _provider, _file, _domain, _json,
        };
        command.SetAction((parsed, _) => ExecuteAsync(parsed));
        return command;
    }

    private async Task<int> ExecuteAsync(ParseResult parsed)
    {
        var domain = parsed.GetValue(_domain);
        if (domain is not null && DomainName.ProblemWith(domain) is { } problem)
        {
            await Console.Error.WriteLineAsync($"--domain: {problem}").ConfigureAwait(false);
            return 1;
        }

        var own = EgressAddresses.OfThisMachine();
        GuideFacts facts;
        if (parsed.GetValue(_file) is not { } file)
        {
            domain ??= AnyDomain;
            facts = new GuideFacts($"mx.{domain}", domain, EgressAddresses.Find([], [], own));
        }
        else if (await CommandConfiguration.LoadAsync(file).ConfigureAwait(false) is { Loaded: var loaded })
        {
            domain ??= loaded.ResourceSet.Identities.All.Where(identity => !identity.Contains('@', StringComparison.Ordinal)).Order(StringComparer.Ordinal).FirstOrDefault(AnyDomain);
            facts = new GuideFacts(loaded.NodeSettings.Hostname, domain, EgressAddresses.Find(
                loaded.DeliverySettings.EgressAddresses, loaded.DeliverySettings.Egress.Sources, own));
        }
        else
        {
            return 1;
        }

        if (facts.Unknown is { } unknown)
        {
            await Console.Error.WriteLineAsync(unknown).ConfigureAwait(false);
        }

        var guide = parsed.GetRequiredValue(_provider) == GoogleWorkspace ? GoogleWorkspaceGuide.Write(facts) : Microsoft365Guide.Write(facts);
        await Console.Out.WriteAsync(parsed.GetValue(_json) ? GuideJson.Write(guide, facts) : $"# {guide.Provider} behind MailManager\n\n{GuideText.Write(guide)}").ConfigureAwait(false);
        return 0;
    }
}
