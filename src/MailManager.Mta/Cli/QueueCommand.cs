using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MailManager.Management.Queue;
using MailManager.Mta.Configuration;
using MailManager.Queue;
using Spectre.Console;

namespace MailManager.Mta.Cli;

/// <summary>
/// <c>mailmanager queue</c>: asks a running gateway's queue and orders what to do. Exit code 0: done, 1: there is something wrong with what was asked, or
/// the gateway does not answer.
/// </summary>
internal sealed class QueueCommand
{
    private const int PageSize = 500;

    private readonly Option<string?> _file = new("--config") { Description = "The gateway's configuration file: says where it listens and keeps its token." };
    private readonly Option<string?> _data = new("--data") { Description = "The gateway's data directory, with its token; with --url instead of --config." };
    private readonly Option<string?> _url = new("--url") { Description = "Its management listener, as http://127.0.0.1:8025." };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON, one line for each delivery, message or answer." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only say for how many deliveries it would be, and show the first." };
    private readonly Option<string> _to = new("--to") { Description = "The new destination: relay:NAME or mx:DOMAIN.", Required = true };
    private readonly Argument<string> _filter = new("filter") { Description = "Which deliveries, as 'domain=example.com and age>2h'.", DefaultValueFactory = _ => string.Empty };
    private readonly Argument<string> _wanted = new("filter") { Description = "Which deliveries, as 'domain=example.com and age>2h'; '' for all." };
    private readonly Argument<string> _id = new("id") { Description = "The message's id, as in the log." };

    private QueueCommand()
    {
    }

    public static Command Create() => new QueueCommand().CreateCommand();

    private Command CreateCommand() => new("queue", "Shows what waits for delivery in a running gateway, and orders what to do with it.")
    {
        Sub("list", "Lists deliveries.", ListAsync, _filter),
        Sub("count", "Counts deliveries.", CountAsync, _filter),
        Sub("show", "Shows a message: how it came, what was decided, its deliveries and their attempts.", ShowAsync, _id),
        Order("retry", "Tries deliveries now.", OrderKind.Retry),
        Order("hold", "Keeps deliveries from being tried until they are released.", OrderKind.Hold),
        Order("release", "Ends a hold.", OrderKind.Release),
        Order("reroute", "Gives deliveries another destination.", OrderKind.Reroute),
        Order("bounce", "Gives deliveries up and tells their senders.", OrderKind.Bounce),
        Order("drop", "Gives deliveries up and tells nobody.", OrderKind.Drop),
    };

    private Command Order(string name, string description, OrderKind kind)
    {
        var command = Sub(name, description, (client, parsed, cancellationToken) => OrderAsync(client, kind, parsed, cancellationToken), _wanted);
        command.Add(_dryRun);
        if (kind == OrderKind.Reroute)
        {
            command.Add(_to);
        }

        return command;
    }

    private Command Sub(string name, string description, Func<QueueClient, ParseResult, CancellationToken, Task> run, Argument<string> argument)
    {
        var command = new Command(name, description) { argument, _file, _data, _url, _json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                using var client = Connect(parsed);
                await run(client, parsed, cancellationToken).ConfigureAwait(false);
                return 0;
            }
            catch (Exception fault) when (fault is QueueClientException or IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(fault.Message).ConfigureAwait(false);
                return 1;
            }
        });
        return command;
    }

    private QueueClient Connect(ParseResult parsed)
    {
        var (file, data, url) = (parsed.GetValue(_file), parsed.GetValue(_data), parsed.GetValue(_url));
        if (file is not null)
        {
            var result = ConfigurationFile.Load(file);
            var node = result.Configuration?.NodeSettings ?? throw new QueueClientException(string.Join('\n', result.Errors));
            data ??= node.DataDirectory;
            url ??= $"http://{node.ManagementListen}";
        }

        if (data is null || url is null)
        {
            throw new QueueClientException("--config is needed, or --data and --url");
        }

        return Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp
            ? new QueueClient(address, ManagementToken.Read(data))
            : throw new QueueClientException($"--url: '{url}' is no http:// address");
    }

    private async Task ListAsync(QueueClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        for (long? after = 0; after is { } from;)
        {
            var page = await client.ListAsync(parsed.GetRequiredValue(_filter), from, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var delivery in page.Deliveries)
            {
                await WriteAsync(delivery, parsed.GetValue(_json)).ConfigureAwait(false);
            }

            after = page.Next;
        }
    }

    private async Task CountAsync(QueueClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        var answer = await client.CountAsync(parsed.GetRequiredValue(_filter), cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteLineAsync(
            parsed.GetValue(_json) ? JsonSerializer.Serialize(answer, QueueJson.Default.CountAnswer) : answer.Count.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
    }

    private async Task ShowAsync(QueueClient client, ParseResult parsed, CancellationToken cancellationToken)
    {
        var answer = await client.ShowAsync(parsed.GetRequiredValue(_id), cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteLineAsync(
            parsed.GetValue(_json) ? JsonSerializer.Serialize(answer, QueueJson.Default.MessageAnswer) : QueueText.Describe(answer)).ConfigureAwait(false);
    }

    private async Task OrderAsync(QueueClient client, OrderKind kind, ParseResult parsed, CancellationToken cancellationToken)
    {
        var filter = parsed.GetRequiredValue(_wanted);
        var isDryRun = parsed.GetValue(_dryRun);
        var total = (await client.CountAsync(filter, cancellationToken).ConfigureAwait(false)).Count;
        var order = new OrderRequest
        {
            Order = kind,
            By = Environment.UserName,
            Filter = filter,
            Destination = kind == OrderKind.Reroute ? parsed.GetRequiredValue(_to) : null,
            DryRun = isDryRun,
        };
        var (selected, done) = (0, 0);
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await terminal.Progress().AutoClear(true).StartAsync(async progress =>
        {
            var bar = progress.AddTask(kind.ToString().ToLowerInvariant(), maxValue: Math.Max(1, total));
            for (long? after = 0; after is { } from;)
            {
                var answer = await client.OrderAsync(order with { After = from }, cancellationToken).ConfigureAwait(false);
                if (isDryRun && selected == 0)
                {
                    foreach (var delivery in answer.Examples)
                    {
                        await WriteAsync(delivery, parsed.GetValue(_json)).ConfigureAwait(false);
                    }
                }

                selected += answer.Selected;
                done += answer.Done;
                bar.Increment(answer.Selected);
                after = answer.Next;
            }
        }).ConfigureAwait(false);
        await Console.Out.WriteLineAsync(
            parsed.GetValue(_json) ? JsonSerializer.Serialize(new OrderAnswer(selected, done, [], null), QueueJson.Default.OrderAnswer)
            : isDryRun ? $"{selected} deliveries are selected; nothing was changed"
            : $"{selected} deliveries were selected, the order counts for {done}").ConfigureAwait(false);
    }

    private static Task WriteAsync(DeliveryView delivery, bool isJson) =>
        Console.Out.WriteLineAsync(isJson ? JsonSerializer.Serialize(delivery, QueueJson.Default.DeliveryView) : QueueText.Line(delivery));
}
