using System.CommandLine;
using MailManager.Mta.Simulation;
using MailManager.Mta.Simulation.Corpus;
using Spectre.Console;

namespace MailManager.Mta.Cli;

/// <summary>
/// <c>mailmanager diff</c>: what a new configuration would do with stored messages that the old one did not. Exit code 0: nothing changes, 1: something
/// does, 2: trouble.
/// </summary>
internal static class DiffCommand
{
    private const int Trouble = 2;

    public static Command Create()
    {
        var file = new Option<string>("--config") { Description = "The new configuration.", Required = true };
        var against = new Option<string>("--against") { Description = "The configuration of before.", Required = true };
        var corpus = new Option<string>("--corpus")
        {
            Description = "Folder of messages (*.eml), each with its envelope in NAME.envelope.yaml or .json, or guessed from its header.",
            Required = true,
        };
        var ingressPoint = new Option<string?>("--ingress-point") { Description = "Where messages come to whose envelope does not say; not needed when there is one." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("diff", "Runs a folder of messages through two configurations and lists what changes.") { file, against, corpus, ingressPoint, json };
        command.SetAction((parsed, cancellationToken) => ExecuteAsync(
            parsed.GetRequiredValue(file), parsed.GetRequiredValue(against), parsed.GetRequiredValue(corpus), parsed.GetValue(ingressPoint), parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> ExecuteAsync(
        string newFile, string oldFile, string directory, string? ingressPoint, bool isJson, CancellationToken cancellationToken)
    {
        if (await CommandConfiguration.LoadAsync(newFile).ConfigureAwait(false) is not { } wanted
            || await CommandConfiguration.LoadAsync(oldFile).ConfigureAwait(false) is not { } before
            || CommandConfiguration.ChooseIngressPoint(before, ingressPoint) is not { } door)
        {
            return Trouble;
        }

        if (!Directory.Exists(directory))
        {
            await Console.Error.WriteLineAsync($"{directory} is no folder").ConfigureAwait(false);
            return Trouble;
        }

        var reader = new CorpusReader(directory, door);
        var finder = new DifferenceFinder(new Simulator(before.Loaded, before.IngressPoints), new Simulator(wanted.Loaded, wanted.IngressPoints));
        var skipped = new List<string>();
        var difference = await WithProgressAsync(
            reader.Files.Count, progress => finder.RunAsync(reader.Read(skipped.Add), progress, cancellationToken)).ConfigureAwait(false);
        foreach (var line in skipped)
        {
            await Console.Error.WriteLineAsync(line).ConfigureAwait(false);
        }

        await Console.Out.WriteAsync(isJson ? DifferenceJson.Write(difference) : DifferenceText.Write(difference)).ConfigureAwait(false);
        return difference.Changes.IsEmpty ? 0 : 1;
    }

    /// <summary>Shows a bar on standard error where somebody looks at it.</summary>
    private static async Task<Difference> WithProgressAsync(int messages, Func<Action, Task<Difference>> run)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected)
        {
            return await run(static () => { }).ConfigureAwait(false);
        }

        return await console.Progress().Columns(new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new TaskDescriptionColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("messages", maxValue: Math.Max(1, messages));
                return await run(() => bar.Increment(1)).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }
}
