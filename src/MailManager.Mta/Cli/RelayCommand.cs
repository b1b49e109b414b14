using System.CommandLine;
using MailManager.Delivery;
using MailManager.Delivery.Probe;
using MailManager.Mta.Configuration;
using MailManager.Mta.Guides;
using MailManager.Resources.Documents;
using MailManager.Smtp.Client;

namespace MailManager.Mta.Cli;

/// <summary><c>mailmanager relay test</c>: tries a relay and says what is wrong with it. Exit code 0: it works, 1: it does not, or there is no such relay.</summary>
internal sealed class RelayCommand
{
    /// <summary>Of each phase: shorter than for deliveries, for somebody waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Argument<string> _name = new("name") { Description = "Name of the relay." };
    private readonly Option<string> _file = new("--config") { Description = "Configuration file, YAML or JSON.", Required = true };
    private readonly Option<string?> _recipient = new("--to") { Description = "Send a small message to this address; without it, nothing is sent." };
    private readonly Option<string?> _sender = new("--from") { Description = "Its sender; postmaster of Node.Hostname by default." };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };

    public static Command Create() => new Command("relay", "Looks after relays.") { new RelayCommand().CreateTest() };

    private Command CreateTest()
    {
        var command = new Command("test", "Connects to a relay as deliveries do, shows the dialogue, TLS and certificate, logs in, and says what is wrong.")
        {
            _name, _file, _recipient, _sender, _json,
        };
        command.SetAction(ExecuteAsync);
        return command;
    }

    private async Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (await CommandConfiguration.LoadAsync(parsed.GetRequiredValue(_file)).ConfigureAwait(false) is not { Loaded: var loaded })
        {
            return 1;
        }

        var name = parsed.GetRequiredValue(_name);
        var relays = loaded.ResourceSet.Relays;
        if (relays.FirstOrDefault(relay => relay.RelayName == name) is not { } relay)
        {
            await Console.Error.WriteLineAsync(
                $"no relay is named {DisplayText.Quote(name)}; there {(relays.IsEmpty ? "is none" : $"are {string.Join(", ", relays.Select(known => known.RelayName))}")}").ConfigureAwait(false);
            return 1;
        }

        var recipient = parsed.GetValue(_recipient);
        var sender = parsed.GetValue(_sender) ?? $"postmaster@{loaded.NodeSettings.Hostname}";
        foreach (var (option, address) in new[] { ("--to", recipient), ("--from", sender) })
        {
            if (address is not null && !(OutgoingMessage.CanCarry(address, isUtf8: false) && address.IndexOf('@', StringComparison.Ordinal) > 0))
            {
                await Console.Error.WriteLineAsync($"{option}: {DisplayText.Quote(address)} is no address in ASCII").ConfigureAwait(false);
                return 1;
            }
        }

        if (recipient is not null && !loaded.ResourceSet.Identities.Covers(recipient))
        {
            await Console.Error.WriteLineAsync($"note: {recipient} is of no verified identity, so the gateway itself would not relay to it").ConfigureAwait(false);
        }

        var report = await RelayTest.RunAsync(
            relay, loaded.ResourceSet.Secrets, Options(loaded), recipient is null ? null : new RelayTestMessage(sender, recipient), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteAsync(parsed.GetValue(_json) ? RelayReportJson.Write(relay.RelayName, report) : RelayReportText.Write(relay.RelayName, report)).ConfigureAwait(false);
        return report.Failure is null ? 0 : 1;
    }

    /// <summary>As those of the gateway itself, but for patience.</summary>
    internal static DeliveryOptions Options(LoadedConfiguration loaded)
    {
        var listeners = loaded.ResourceSet.IngressPoints.SelectMany(ingress => ingress.Listeners).Select(listener => listener.Address).ToArray();
        return new DeliveryOptions
        {
            Hostname = loaded.NodeSettings.Hostname,
            Listeners = () => listeners,
            Egress = loaded.DeliverySettings.Egress,
            Destinations = loaded.DeliverySettings.Destinations,
            Mx = loaded.NodeSettings.Mx,
            Timeouts = new SmtpClientTimeouts
            {
                Connect = Patience,
                Greeting = Patience,
                Hello = Patience,
                Mail = Patience,
                Recipient = Patience,
                Data = Patience,
                Block = Patience,
                EndOfData = Patience,
            },
        };
    }
}
