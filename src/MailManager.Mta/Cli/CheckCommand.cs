using System.CommandLine;
using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;

namespace MailManager.Mta.Cli;

/// <summary><c>mailmanager check</c>: all errors of a configuration at once. Exit code 0: none, 1: some.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--config") { Description = "Configuration file, YAML or JSON.", Required = true };
        var command = new Command("check", "Reads a configuration and prints all of its errors, each with file, line and path of the value.") { file };
        command.SetAction(parsed =>
        {
            var errors = Errors(parsed.GetRequiredValue(file));
            foreach (var error in errors)
            {
                Console.Error.WriteLine(error);
            }

            if (errors.Count == 0)
            {
                Console.Out.WriteLine("No errors.");
            }

            return errors.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static IReadOnlyList<string> Errors(string path)
    {
        var result = ConfigurationFile.Load(path);
        return result.Configuration is { } configuration
            ? [.. RuntimeBuilder.Build(configuration, TimeProvider.System).Errors.Select(error => error.ToString())]
            : [.. result.Errors.Select(error => error.ToString())];
    }
}
