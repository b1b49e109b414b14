using System.CommandLine;
using MailManager.LoadTests.Measure;
using MailManager.LoadTests.Messages;
using MailManager.LoadTests.Net;

namespace MailManager.LoadTests.Load;

/// <summary><c>load</c>: sends messages at a set rate or as fast as the server takes them.</summary>
internal static class LoadCommand
{
    public static Command Create()
    {
        var host = new Option<string>("--host") { DefaultValueFactory = _ => "127.0.0.1", Description = "loopback address" };
        var port = new Option<int>("--port") { Required = true };
        var sessions = new Option<int>("--sessions") { DefaultValueFactory = _ => 20, Description = "connections, and so messages under way at once" };
        var rate = new Option<double>("--rate") { Description = "open loop: arrivals per second; without it closed loop" };
        var messages = new Option<long>("--messages") { Description = "messages to attempt" };
        var duration = new Option<double>("--duration") { Description = "seconds in which messages start" };
        var warmUp = new Option<long>("--warm-up") { Description = "messages sent first and not measured" };
        var size = new Option<string>("--size") { DefaultValueFactory = _ => "10KiB", Description = "10KiB, or a mix 1KiB:50,10KiB:40,100KiB:10" };
        var perConnection = new Option<int>("--messages-per-connection") { Description = "0 keeps connections, 1 makes one for each message" };
        var startTls = new Option<bool>("--starttls") { Description = "accepts any certificate" };
        var pipelining = new Option<bool>("--pipelining") { Description = "MAIL, RCPT and DATA in one write if offered" };
        var recipients = new Option<int>("--recipients") { DefaultValueFactory = _ => 1, Description = "recipients of each message, 1 to 1000" };
        var from = new Option<string>("--from") { DefaultValueFactory = _ => "load@sender.test" };
        var to = new Option<string>("--to") { DefaultValueFactory = _ => "rcpt@example.com" };
        var ackLog = new Option<string?>("--ack-log") { Description = "file for every acknowledged id" };
        var serverPid = new Option<int>("--server-pid") { Description = "process (with its children) whose CPU and memory to report" };
        var json = new Option<string?>("--json") { Description = "file for the result" };
        var timeout = new Option<double>("--timeout") { DefaultValueFactory = _ => 60, Description = "seconds to wait for one reply" };
        var giveUp = new Option<double>("--give-up") { DefaultValueFactory = _ => 10, Description = "seconds without a connection until a session ends" };
        var tolerate = new Option<bool>("--tolerate-faults") { Description = "exit code 0 although messages failed" };
        var command = new Command("load", "Sends messages and measures")
        {
            host, port, sessions, rate, messages, duration, warmUp, size, perConnection, startTls, pipelining, recipients,
            from, to, ackLog, serverPid, json, timeout, giveUp, tolerate,
        };
        command.SetAction(async parsed =>
        {
            var server = Loopback.Resolve(parsed.GetValue(host)!, parsed.GetValue(port));
            var sizes = SizeMix.TryParse(parsed.GetValue(size)!);
            var count = parsed.GetValue(messages);
            var seconds = parsed.GetValue(duration);
            var problem = server is null ? "only loopback addresses are allowed"
                : sizes is null ? "--size: not a size or mix, or above 64MiB"
                : count <= 0 && seconds <= 0 ? "one of --messages and --duration is needed"
                : parsed.GetValue(sessions) is < 1 or > 20_000 ? "--sessions: 1 to 20000"
                : parsed.GetValue(recipients) is < 1 or > 1000 ? "--recipients: 1 to 1000"
                : null;
            if (problem is not null)
            {
                await Console.Error.WriteLineAsync(problem).ConfigureAwait(false);
                return 2;
            }

            var options = new LoadOptions
            {
                Server = server!,
                Sessions = parsed.GetValue(sessions),
                Rate = parsed.GetValue(rate),
                Messages = count,
                Duration = TimeSpan.FromSeconds(seconds),
                WarmUp = parsed.GetValue(warmUp),
                Sizes = sizes!,
                MessagesPerConnection = parsed.GetValue(perConnection),
                StartTls = parsed.GetValue(startTls),
                Pipelining = parsed.GetValue(pipelining),
                Recipients = parsed.GetValue(recipients),
                From = parsed.GetValue(from)!,
                To = parsed.GetValue(to)!,
                AckLog = parsed.GetValue(ackLog),
                ReplyTimeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                GiveUpAfter = TimeSpan.FromSeconds(parsed.GetValue(giveUp)),
            };
            var tree = parsed.GetValue(serverPid) is > 0 and var pid ? new ProcessTree(pid) : null;
            var report = await LoadRun.RunAsync(options, tree).ConfigureAwait(false);
            report.Print(Console.Out);
            if (parsed.GetValue(json) is { } path)
            {
                report.WriteJson(path);
            }

            return report.Result.Accepted > 0 && (report.Result.Failed == 0 || parsed.GetValue(tolerate)) ? 0 : 1;
        });
        return command;
    }
}
