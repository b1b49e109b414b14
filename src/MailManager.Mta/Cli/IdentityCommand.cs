using System.CommandLine;
using System.Globalization;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Signing;
using MailManager.Mta.Identities;
using MailManager.Resources.Documents;
using MailManager.Resources.Identities;

namespace MailManager.Mta.Cli;

/// <summary>
/// <c>mailmanager identity dkim</c>: makes a key that signs the mail of a domain, or looks whether those of the configuration are published. Exit code 0: made, or
/// all fit; 1: not.
/// </summary>
internal sealed class IdentityCommand
{
    private const string Rsa = "rsa-sha256";
    private const string Ed25519 = "ed25519-sha256";

    private readonly Argument<string> _domain = new("domain") { Description = "The domain, in ASCII." };
    private readonly Option<string?> _selector = new("--selector") { Description = "Name of the key in DNS; the month, as mm202601, by default." };
    private readonly Option<string> _algorithm = new("--algorithm") { Description = "What the key signs by.", DefaultValueFactory = _ => Rsa };
    private readonly Option<int> _bits = new("--bits") { Description = "Size of an RSA key, 1024 to 4096.", DefaultValueFactory = _ => 2048 };
    private readonly Option<string?> _output = new("--output") { Description = "File of the key; DOMAIN.SELECTOR.pem by default. It must not be there yet." };
    private readonly Option<bool> _check = new("--check") { Description = "Make no key: look up the records of the keys that the configuration has." };
    private readonly Option<string?> _file = new("--config") { Description = "Configuration file, for --check." };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };

    private IdentityCommand()
    {
        _algorithm.AcceptOnlyFromAmong(Rsa, Ed25519);
    }

    public static Command Create() => new Command("identity", "Looks after verified domains.") { new IdentityCommand().CreateDkim() };

    private Command CreateDkim()
    {
        var command = new Command("dkim", "Makes a key for DKIM signatures, and prints what to publish in DNS and what to write in the configuration.")
        {
            _domain, _selector, _algorithm, _bits, _output, _check, _file, _json,
        };
        command.SetAction(ExecuteAsync);
        return command;
    }

    private Task<int> ExecuteAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var domain = parsed.GetRequiredValue(_domain);
        return DomainName.ProblemWith(domain) is { } problem ? FailAsync(problem)
            : parsed.GetValue(_check) ? CheckAsync(parsed, domain, cancellationToken)
            : MakeAsync(parsed, domain);
    }

    private async Task<int> MakeAsync(ParseResult parsed, string domain)
    {
        var selector = parsed.GetValue(_selector) ?? string.Create(CultureInfo.InvariantCulture, $"mm{DateTime.UtcNow:yyyyMM}");
        var bits = parsed.GetValue(_bits);
        if (DkimKeyFile.ProblemWithSelector(selector) is { } problem)
        {
            return await FailAsync($"--selector: {problem}").ConfigureAwait(false);
        }

        if (bits is < DkimKeyFile.MinimumBits or > DkimKeyFile.MaximumBits)
        {
            return await FailAsync($"--bits: must be {DkimKeyFile.MinimumBits} to {DkimKeyFile.MaximumBits}").ConfigureAwait(false);
        }

        var path = Path.GetFullPath(parsed.GetValue(_output) ?? $"{domain}.{selector}.pem");
        var pem = parsed.GetRequiredValue(_algorithm) == Ed25519 ? NewDkimKey.Ed25519() : NewDkimKey.Rsa(bits);
        try
        {
            NewDkimKey.Write(path, pem);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return await FailAsync($"{DisplayText.Quote(path)} cannot be made: {fault.Message}").ConfigureAwait(false);
        }

        var key = SigningKey.Create(DkimKeyFile.Parse(selector, pem).Key!);
        await Console.Out.WriteAsync(parsed.GetValue(_json) ? DkimText.MadeJson(domain, key, path) : DkimText.Made(domain, key, path)).ConfigureAwait(false);
        return 0;
    }

    private async Task<int> CheckAsync(ParseResult parsed, string domain, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_file) is not { } file)
        {
            return await FailAsync("--check needs --config").ConfigureAwait(false);
        }

        if (await CommandConfiguration.LoadAsync(file).ConfigureAwait(false) is not { Loaded: var loaded })
        {
            return 1;
        }

        if (!loaded.ResourceSet.Identities.DkimKeys.TryGetValue(domain, out var keys))
        {
            return await FailAsync($"the configuration has no DkimSigningAttributes for {domain}").ConfigureAwait(false);
        }

        var dns = new DnsResolver(loaded.NodeSettings.Mx, TimeProvider.System);
        var checks = new List<DkimCheck>();
        foreach (var key in keys.Select(SigningKey.Create))
        {
            var answer = await dns.FindTextAsync(DkimRecord.Name(key.Selector, domain), cancellationToken).ConfigureAwait(false);
            checks.Add(new DkimCheck(key, answer.Status switch
            {
                DnsStatus.Found => DkimRecord.ProblemWith(answer.Records, key),
                DnsStatus.Failed => "DNS has no answer that can be used (SERVFAIL, REFUSED or malformed)",
                DnsStatus.TimedOut => "DNS does not answer",
                _ => "there is no TXT record",
            }));
        }

        await Console.Out.WriteAsync(parsed.GetValue(_json) ? DkimText.CheckedJson(domain, checks) : DkimText.Checked(domain, checks)).ConfigureAwait(false);
        return checks.TrueForAll(check => check.Problem is null) ? 0 : 1;
    }

    private static async Task<int> FailAsync(string problem)
    {
        await Console.Error.WriteLineAsync(problem).ConfigureAwait(false);
        return 1;
    }
}
