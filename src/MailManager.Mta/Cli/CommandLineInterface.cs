using System.CommandLine;

namespace MailManager.Mta.Cli;

/// <summary>The commands of <c>mailmanager</c>. Without one, it runs.</summary>
internal static class CommandLineInterface
{
    public static Task<int> RunAsync(string[] arguments)
    {
        var root = new RootCommand("MailManager: a mail gateway with the rules, relays and API of Amazon SES Mail Manager.");
        root.Add(RunCommand.Create());
        root.Add(CheckCommand.Create());
        root.Add(ExplainCommand.Create());
        root.Add(DiffCommand.Create());
        root.Add(QueueCommand.Create());
        root.Add(GatewayGuideCommand.Create());
        root.Add(RelayCommand.Create());
        root.Add(IdentityCommand.Create());
        root.Add(ReplyPatternsCommand.Create());
        root.SetAction((_, cancellationToken) => RunCommand.ExecuteAsync(configurationFile: null, dataDirectory: null, cancellationToken));

        // By default the library ends the process two seconds after SIGTERM; running transactions and deliveries are given longer.
        return root.Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
    }
}
