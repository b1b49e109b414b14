using System.CommandLine;
using System.Runtime.InteropServices;
using MailManager.Mta.Configuration;
using MailManager.Mta.Hosting;
using MailManager.Mta.Logging;
using MailManager.Mta.QuickStart;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Cli;

/// <summary><c>mailmanager run</c>: runs until SIGTERM or SIGINT; SIGHUP reads the configuration again. Exit code 0: stopped as asked, 1: could not start.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var file = new Option<string?>("--config") { Description = "Configuration file, YAML or JSON. Without it: the quick start for example.com on loopback ports." };
        var data = new Option<string?>("--data") { Description = "Data directory, instead of the configuration's Node.DataDirectory." };
        var command = new Command("run", "Runs the gateway in the foreground until SIGTERM or SIGINT; SIGHUP puts a changed configuration in force.") { file, data };
        command.SetAction((parsed, cancellationToken) => ExecuteAsync(parsed.GetValue(file), parsed.GetValue(data), cancellationToken));
        return command;
    }

    public static async Task<int> ExecuteAsync(string? configurationFile, string? dataDirectory, CancellationToken cancellationToken)
    {
        var source = new ConfigurationSource { DataDirectory = dataDirectory };
        var result = configurationFile is null ? QuickStartConfiguration.Load(source) : ConfigurationFile.Load(configurationFile, source);
        if (result.Configuration is not { } configuration)
        {
            foreach (var error in result.Errors)
            {
                await Console.Error.WriteLineAsync(error.ToString()).ConfigureAwait(false);
            }

            return 1;
        }

        using var loggers = ConsoleLogging.Create();
        using var stop = new StopSignal(cancellationToken);
        try
        {
            await using var catcher = configurationFile is null
                ? await CatcherServer.StartAsync(configuration.NodeSettings.DataDirectory, loggers).ConfigureAwait(false)
                : null;
            await using var process = await MailManagerProcess.StartAsync(configuration, loggers, TimeProvider.System).ConfigureAwait(false);
            using var reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
            {
                context.Cancel = true;
                if (configurationFile is not null)
                {
                    _ = Task.Run(() => process.ReloadAsync(ConfigurationFile.Load(configurationFile, source)));
                }
            });
            await stop.WaitAsync().ConfigureAwait(false);
            return 0;
        }
        catch (Exception fault) when (fault is StartupException or IOException)
        {
            await Console.Error.WriteLineAsync($"mailmanager cannot start: {fault.Message}").ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>Turns SIGTERM, SIGINT and the command line's own cancellation into one wait.</summary>
    private sealed class StopSignal : IDisposable
    {
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly PosixSignalRegistration[] _signals;
        private readonly CancellationTokenRegistration _cancellation;

        public StopSignal(CancellationToken cancellationToken)
        {
            _cancellation = cancellationToken.Register(() => _stopped.TrySetResult());
            _signals = [PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop), PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop)];
        }

        public Task WaitAsync() => _stopped.Task;

        public void Dispose()
        {
            _cancellation.Dispose();
            foreach (var signal in _signals)
            {
                signal.Dispose();
            }
        }

        private void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            _stopped.TrySetResult();
        }
    }
}
