using System.CommandLine;
using MailManager.Mta.Configuration;

namespace MailManager.Mta.Cli;

/// <summary><c>mailmanager reply-patterns</c>: the reply patterns that come with the program, to read or to copy from. Exit code 0.</summary>
internal static class ReplyPatternsCommand
{
    public static Command Create()
    {
        var command = new Command("reply-patterns", "Prints the patterns of providers' replies that delivery goes by, as YAML.");
        command.SetAction(async (_, cancellationToken) =>
        {
            using var reader = new StreamReader(ShippedReplyPatterns.Open());
            await Console.Out.WriteAsync(await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        });
        return command;
    }
}
