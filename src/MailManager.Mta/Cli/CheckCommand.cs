using System.CommandLine;
using MailManager.Mta.Checks;
using MailManager.Mta.Hosting;

namespace MailManager.Mta.Cli;

/// <summary>
/// <c>mailmanager check</c>: all errors of a configuration at once, or what is suspicious in one without errors. Exit code 0: it can be used, 1: it cannot, or
/// with <c>--strict</c> it has warnings.
/// </summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--config") { Description = "Configuration file, YAML or JSON.", Required = true };
        var strict = new Option<bool>("--strict") { Description = "Let warnings count as errors." };
        var command = new Command(
            "check", "Reads a configuration, runs its tests, and prints all of its errors, each with file, line and path; without errors, what is suspicious in it.") { file, strict };
        command.SetAction((parsed, _) => ExecuteAsync(parsed.GetRequiredValue(file), parsed.GetValue(strict)));
        return command;
    }

    private static async Task<int> ExecuteAsync(string file, bool isStrict)
    {
        if (await CommandConfiguration.LoadAsync(file).ConfigureAwait(false) is not { } configuration)
        {
            return 1;
        }

        foreach (var notice in configuration.Notices)
        {
            await Console.Error.WriteLineAsync(notice.ToString()).ConfigureAwait(false);
        }

        var findings = ConfigurationLint.Run(configuration.Loaded, configuration.IngressPoints);
        foreach (var finding in findings)
        {
            await Console.Error.WriteLineAsync(configuration.Loaded.ErrorAt(finding.Path, finding.ToString()).ToString()).ConfigureAwait(false);
        }

        await Console.Out.WriteLineAsync(Summary(configuration, findings)).ConfigureAwait(false);
        var worst = findings.Count == 0 ? FindingSeverity.Info : findings.Max(finding => finding.Kind.Severity);
        return worst == FindingSeverity.Error || (isStrict && worst == FindingSeverity.Warning) ? 1 : 0;
    }

    private static string Summary(CheckedConfiguration configuration, IReadOnlyList<Finding> findings)
    {
        var tests = configuration.Loaded.ResourceSet.Tests.Length;
        var warnings = findings.Count(finding => finding.Kind.Severity == FindingSeverity.Warning);
        return findings.Any(finding => finding.Kind.Severity == FindingSeverity.Error)
            ? "This configuration must not be used."
            : $"No errors{(tests == 0 ? string.Empty : $", {tests} {(tests == 1 ? "test passes" : "tests pass")}")}{(warnings == 0 ? string.Empty : $", {warnings} {(warnings == 1 ? "warning" : "warnings")}")}.";
    }
}
