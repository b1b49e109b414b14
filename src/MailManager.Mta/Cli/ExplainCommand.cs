using System.Collections.Immutable;
using System.CommandLine;
using System.Net;
using MailManager.Mta.Simulation;
using MailManager.Resources.RuleTests;
using MailManager.Resources.TrafficPolicies;

namespace MailManager.Mta.Cli;

/// <summary>
/// <c>mailmanager explain</c>: what would be answered and done for a message, and why. Exit code 0: explained, 1: there is something wrong with what was asked.
/// </summary>
internal sealed class ExplainCommand
{
    private readonly Option<string> _file = new("--config") { Description = "Configuration file, YAML or JSON.", Required = true };
    private readonly Option<string> _message = new("--message") { Description = "The message, a file as it would come (RFC 5322).", Required = true };
    private readonly Option<string[]> _recipients = new("--rcpt") { Description = "A recipient; may be given several times.", Required = true, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = true };
    private readonly Option<string> _sender = new("--mail-from") { Description = "The sender; empty, the default, for the null reverse-path.", DefaultValueFactory = _ => string.Empty };
    private readonly Option<string> _client = new("--ip") { Description = "The client's address.", DefaultValueFactory = _ => "192.0.2.1" };
    private readonly Option<string> _helo = new("--helo") { Description = "What the client says in EHLO.", DefaultValueFactory = _ => "client.example" };
    private readonly Option<string?> _tls = new("--tls") { Description = "The session's TLS version, 1.2 or 1.3; without it: clear text." };
    private readonly Option<string?> _user = new("--authenticated-as") { Description = "The credential that the client has logged in with." };
    private readonly Option<string?> _name = new("--reverse-dns") { Description = "The client's name in the DNS; it is not looked up." };
    private readonly Option<string?> _ingressPoint = new("--ingress-point") { Description = "Where the message comes to; not needed when there is one." };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };

    private ExplainCommand()
    {
        _tls.AcceptOnlyFromAmong("1.2", "1.3");
    }

    public static Command Create() => new ExplainCommand().CreateCommand();

    private Command CreateCommand()
    {
        var command = new Command("explain", "Says what would be answered and done for a message, with every condition and what it saw.")
        {
            _file, _message, _recipients, _sender, _client, _helo, _tls, _user, _name, _ingressPoint, _json,
        };
        command.SetAction((parsed, _) => ExecuteAsync(parsed));
        return command;
    }

    private async Task<int> ExecuteAsync(ParseResult parsed)
    {
        if (await CommandConfiguration.LoadAsync(parsed.GetRequiredValue(_file)).ConfigureAwait(false) is not { } configuration
            || CommandConfiguration.ChooseIngressPoint(configuration, parsed.GetValue(_ingressPoint)) is not { } ingressPoint)
        {
            return 1;
        }

        if (!IPAddress.TryParse(parsed.GetValue(_client), out var client))
        {
            await Console.Error.WriteLineAsync($"--ip: '{parsed.GetValue(_client)}' is no address").ConfigureAwait(false);
            return 1;
        }

        var envelope = new TestEnvelope
        {
            Ip = client,
            Helo = parsed.GetRequiredValue(_helo),
            MailFrom = parsed.GetRequiredValue(_sender),
            Recipients = [.. parsed.GetRequiredValue(_recipients)],
            Tls = parsed.GetValue(_tls) switch { "1.3" => TlsProtocolVersion.Tls13, "1.2" => TlsProtocolVersion.Tls12, _ => null },
            AuthenticatedAs = parsed.GetValue(_user),
            ReverseDns = parsed.GetValue(_name),
        };
        try
        {
            var file = parsed.GetRequiredValue(_message);
            var sample = new Sample(file, ingressPoint, envelope, MessageFile.Read(file));
            var explanation = await SampleExplanation.MakeAsync(new Simulator(configuration.Loaded, configuration.IngressPoints), sample).ConfigureAwait(false);
            var ruleSet = configuration.Loaded.ResourceSet.RuleSets.Single(ruleSet => ruleSet.RuleSetName == explanation.RuleSetName);
            await Console.Out.WriteAsync(parsed.GetValue(_json) ? ExplanationJson.Write(explanation, ruleSet) : ExplanationText.Write(explanation, ruleSet)).ConfigureAwait(false);
            return 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"--message: {fault.Message}").ConfigureAwait(false);
            return 1;
        }
    }
}
