using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.LoadTests.Logs;
using MailManager.LoadTests.Net;

namespace MailManager.LoadTests.Sink;

/// <summary><c>sink</c>: a destination that takes everything, or misbehaves as told, and says what arrived.</summary>
internal static class SinkCommand
{
    private const int StatsPeriodMilliseconds = 20;

    public static Command Create()
    {
        var host = new Option<string>("--host") { DefaultValueFactory = _ => "127.0.0.1", Description = "loopback address" };
        var port = new Option<int>("--port") { Description = "0 lets the system choose; the port is printed on one line" };
        var defer = new Option<string>("--defer") { DefaultValueFactory = _ => "0%", Description = "share answered 451 at the final dot, drawn at each try" };
        var reject = new Option<string>("--reject") { DefaultValueFactory = _ => "0%", Description = "share answered 554 at the final dot, the same at each try" };
        var dropAt = new Option<DropStage>("--drop-at") { Description = "mail, rcpt, data or dot: where sessions are cut" };
        var drop = new Option<string>("--drop") { DefaultValueFactory = _ => "10%", Description = "share of sessions that are cut at --drop-at" };
        var pipelining = new Option<bool>("--pipelining") { Description = "offer PIPELINING" };
        var startTls = new Option<bool>("--starttls") { Description = "offer STARTTLS with a certificate made at start" };
        var certificateFile = new Option<string?>("--certificate") { Description = "PEM file with certificate and key for STARTTLS, instead of one made at start" };
        var login = new Option<bool>("--auth") { Description = "offer AUTH PLAIN under TLS, and take mail only after it" };
        var log = new Option<string?>("--received-log") { Description = "file for every received id" };
        var stats = new Option<string?>("--stats") { Description = "file for the running count" };
        var once = new Option<long>("--once-count") { Description = "exit when so many distinct ids have come" };
        var limit = new Option<double>("--limit") { DefaultValueFactory = _ => 3600, Description = "seconds after which the sink ends in any case" };
        var timeout = new Option<double>("--timeout") { DefaultValueFactory = _ => 300, Description = "seconds of silence after which a session is closed" };
        var command = new Command("sink", "Receives, counts and verifies; totals on SIGTERM or SIGINT; SIGHUP prints them and restarts the transit times")
        {
            host, port, defer, reject, dropAt, drop, pipelining, startTls, certificateFile, login, log, stats, once, limit, timeout,
        };
        command.SetAction(async parsed =>
        {
            var listen = Loopback.Resolve(parsed.GetValue(host)!, parsed.GetValue(port));
            var (deferred, rejected, dropped) = (Share(parsed.GetValue(defer)!), Share(parsed.GetValue(reject)!), Share(parsed.GetValue(drop)!));
            if (listen is null || deferred is null || rejected is null || dropped is null)
            {
                await Console.Error.WriteLineAsync("only loopback addresses; shares are 0% to 100%").ConfigureAwait(false);
                return 2;
            }

            using var certificate = parsed.GetValue(certificateFile) is { } pem ? X509Certificate2.CreateFromPemFile(pem, pem) : parsed.GetValue(startTls) ? SelfSigned() : null;
            using var received = parsed.GetValue(log) is { } path ? new DurableLog(path) : null;
            var options = new SinkOptions
            {
                Listen = listen,
                Defer = deferred.Value,
                Reject = rejected.Value,
                DropAt = parsed.GetValue(dropAt),
                Drop = dropped.Value,
                Pipelining = parsed.GetValue(pipelining),
                Certificate = certificate,
                WantsLogin = parsed.GetValue(login),
                Timeout = TimeSpan.FromSeconds(parsed.GetValue(timeout)),
            };
            await RunAsync(
                options,
                new SinkTotals(received),
                parsed.GetValue(stats),
                parsed.GetValue(once),
                TimeSpan.FromSeconds(parsed.GetValue(limit))).ConfigureAwait(false);
            return 0;
        });
        return command;
    }

    private static async Task RunAsync(SinkOptions options, SinkTotals totals, string? stats, long once, TimeSpan limit)
    {
        using var server = new SinkServer(options, totals);
        using var stop = new CancellationTokenSource(limit);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }

        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onInt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onHup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            totals.PrintAndResetTransit(Console.Out);
        });
        var accepting = server.RunAsync();
        Console.WriteLine(server.Port);
        var written = default(Measure.SinkStats);
        while (!stop.IsCancellationRequested && (once == 0 || totals.Distinct < once))
        {
            await Task.Delay(StatsPeriodMilliseconds, CancellationToken.None).ConfigureAwait(false);
            if (stats is not null && totals.Stats is var now && now != written)
            {
                now.Write(stats);
                written = now;
            }
        }

        server.Dispose();
        await accepting.ConfigureAwait(false);
        totals.Print(Console.Out);
    }

    /// <summary>A share of <c>12.5%</c> as 0.125; null when it is none.</summary>
    private static double? Share(string text) =>
        text.EndsWith('%') && double.TryParse(text[..^1], out var percent) && percent is >= 0 and <= 100 ? percent / 100 : null;

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=sink.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }
}
