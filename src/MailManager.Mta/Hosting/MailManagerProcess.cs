using System.Net;
using System.Security.Cryptography;
using MailManager.Delivery;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Egress;
using MailManager.Management;
using MailManager.Management.Queue;
using MailManager.Mta.Configuration;
using MailManager.Mta.Credentials;
using MailManager.Mta.Intake;
using MailManager.Queue;
using MailManager.Resources.Documents;
using MailManager.Smtp.Server;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Hosting;

/// <summary>
/// The running gateway: made from a configuration, started and stopped in the order that loses nothing. Starts: spool, delivery, management, then
/// listeners. Stops: listeners and sessions, then delivery, then the spool, which writes what is still unsettled.
/// </summary>
internal sealed partial class MailManagerProcess : IAsyncDisposable
{
    /// <summary>What running transactions and deliveries get to end, each: under the 90 s after which systemd kills.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly ILogger<MailManagerProcess> _logger;
    private readonly SmtpServer _smtp;
    private readonly MailQueue _queue;
    private readonly DeliveryService _delivery;
    private readonly IntakeMetrics _metrics = new();
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _reloading = new(1);
    private LoadedConfiguration _configuration;
    private RulesInForce? _rules;
    private readonly ProcessReadiness _readiness;
    private readonly EdgeServices _edge;
    private readonly ProtectionParts _protection;
    private volatile IReadOnlyList<(string IngressPoint, IPEndPoint EndPoint)> _listeners = [];
    private ManagementServer? _management;

    private MailManagerProcess(LoadedConfiguration configuration, ILoggerFactory loggers, TimeProvider time, MxOptions mx)
    {
        var (node, delivery, resources) = (configuration.NodeSettings, configuration.DeliverySettings, configuration.ResourceSet);
        _logger = loggers.CreateLogger<MailManagerProcess>();
        _time = time;
        _configuration = configuration;
        CreatePrivateDirectory(node.DataDirectory);
        _edge = new EdgeServices(node, resources.Secrets, loggers, time);
        _queue = MailQueue.Open(new MailQueueOptions { Directory = Path.Combine(node.DataDirectory, "spool") }, time, loggers.CreateLogger<MailQueue>());

        // Deliveries of before begin before the listeners do.
        IPEndPoint[] configured = [.. resources.IngressPoints.SelectMany(ingress => ingress.Listeners).Select(listener => listener.Address)];
        DeliveryOptions = new DeliveryOptions
        {
            Hostname = node.Hostname,
            RetrySchedule = delivery.RetrySchedule,
            Expiry = delivery.Expiry,
            DelayNotice = delivery.DelayNotice,
            UnaskedDelayNotice = delivery.UnaskedDelayNotice,
            DsnRelay = delivery.DsnRelay,
            NotificationRate = delivery.NotificationRate,
            TotalNotificationRate = delivery.TotalNotificationRate,
            Egress = delivery.Egress,
            Destinations = delivery.Destinations,
            MaxConnections = delivery.MaxConnections,
            ReplyPatterns = delivery.ReplyPatterns,
            Listeners = () => configured.Concat(_listeners.Select(listener => listener.EndPoint)),
            Mx = mx,
            Dns = new DnsResolver(mx, time),
            MtaSts = delivery.MtaSts ? new MtaStsOptions { Directory = Path.Combine(node.DataDirectory, "mta-sts") } : null,
            TlsReports = delivery.TlsReports?.ToOptions(node.Hostname, node.DataDirectory),
        };
        _delivery = new DeliveryService(DeliveryOptions, loggers.CreateLogger<DeliveryService>(), time);
        _delivery.Update(resources.Relays, resources.Secrets, resources.Identities);
        _protection = new ProtectionParts(configuration, DeliveryOptions, loggers, time);
        _smtp = new SmtpServer(SmtpServer.CreateSocketTransport(loggers), node.Limits, time, loggers);
        _readiness = new ProcessReadiness(() => _queue.Health, () => _queue.OverdueDestinations);
    }

    /// <summary>Where each ingress point listens, with the ports that the system chose.</summary>
    public IReadOnlyList<(string IngressPoint, IPEndPoint EndPoint)> Listeners => _listeners;

    /// <summary>Where management listens.</summary>
    public IPEndPoint ManagementEndPoint => _management!.EndPoint;

    private DeliveryOptions DeliveryOptions { get; }

    /// <summary>
    /// Starts everything that the configuration asks for; nothing is left running when it throws <see cref="StartupException"/>.
    /// </summary>
    /// <param name="configuration">Of this node.</param>
    /// <param name="loggers">For all parts.</param>
    /// <param name="time">For all parts.</param>
    /// <param name="mx">How mail domains' servers are found; null: as the configured DNS says, on port 25.</param>
    public static async Task<MailManagerProcess> StartAsync(
        LoadedConfiguration configuration, ILoggerFactory loggers, TimeProvider time, MxOptions? mx = null)
    {
        var (ready, errors) = await CheckedConfiguration.MakeAsync(configuration, time).ConfigureAwait(false);
        if (ready is null)
        {
            throw new StartupException(string.Join('\n', errors));
        }

        MailManagerProcess? process = null;
        try
        {
            process = new MailManagerProcess(configuration, loggers, time, mx ?? configuration.NodeSettings.Mx);
            await process.RunAsync(ready, loggers, time).ConfigureAwait(false);
            return process;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException or CredentialStoreException)
        {
            if (process is not null)
            {
                await process.DisposeAsync().ConfigureAwait(false);
            }

            throw new StartupException(fault.Message, fault);
        }
    }

    /// <summary>
    /// Puts another configuration in force without a restart, all of it or nothing: an error anywhere, a failing test or a change that takes a restart leaves everything as
    /// it is, and is logged. Transactions under way go on with what they began with.
    /// </summary>
    /// <returns>Whether it is in force.</returns>
    public async Task<bool> ReloadAsync(ConfigurationResult wanted)
    {
        await _reloading.WaitAsync().ConfigureAwait(false);
        try
        {
            IReadOnlyList<DocumentError> errors = wanted.Configuration is { } loaded ? RestartNeeds.Find(_configuration, loaded) : wanted.Errors;
            CheckedConfiguration? ready = null;
            if (errors.Count == 0)
            {
                (ready, errors) = await CheckedConfiguration.MakeAsync(wanted.Configuration!, _time).ConfigureAwait(false);
            }

            if (ready is null)
            {
                foreach (var error in errors)
                {
                    LogNotReloaded(error);
                }

                return false;
            }

            // Relays come before the rules that name them.
            var resources = ready.Loaded.ResourceSet;
            _delivery.Update(resources.Relays, resources.Secrets, resources.Identities);
            _protection.Update(resources.Relays, resources.Secrets);
            _rules!.Replace(ready);
            _configuration = ready.Loaded;
            LogNotices(ready);
            LogReloaded();
            return true;
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>Stops taking mail, lets what runs end, and writes down what is not done.</summary>
    public async ValueTask DisposeAsync()
    {
        _readiness.IsListening = false;
        LogStopping();
        await _smtp.StopAsync(Grace).ConfigureAwait(false);
        await _smtp.DisposeAsync().ConfigureAwait(false);
        await _delivery.StopAsync(Grace).ConfigureAwait(false);
        await _delivery.DisposeAsync().ConfigureAwait(false);
        await _queue.StopAsync().ConfigureAwait(false);
        if (_management is not null)
        {
            await _management.DisposeAsync().ConfigureAwait(false);
        }

        await _protection.DisposeAsync().ConfigureAwait(false);
        if (_rules is not null)
        {
            await _rules.DisposeAsync().ConfigureAwait(false);
        }

        _metrics.Dispose();
        await _edge.DisposeAsync().ConfigureAwait(false);
        _reloading.Dispose();
        LogStopped();
    }

    /// <summary>Mail is nobody else's business. An existing directory keeps the rights that the operator gave it.</summary>
    private static void CreatePrivateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private async Task RunAsync(CheckedConfiguration configuration, ILoggerFactory loggers, TimeProvider time)
    {
        var node = configuration.Loaded.NodeSettings;
        LogForeignAddresses(configuration.Loaded.DeliverySettings.Egress);
        _delivery.Start(_queue);
        _queue.Start(_delivery);
        _management = await ManagementServer.StartAsync(
            node.ManagementListen, _readiness, new QueueAccess(_queue.Administration, ManagementToken.ReadOrMake(node.DataDirectory), _delivery.CanReach), loggers).ConfigureAwait(false);
        LogManagement(_management.EndPoint);
        var services = new IntakeServices(
            node.Hostname, configuration.Loaded.DeliverySettings.Expiry, _queue, _queue.BodyFiles, _delivery.Notifications, _metrics,
            _protection.Services, _protection.ReverseNames, _smtp.Governor.Memory, time, loggers.CreateLogger<IngressService>())
        {
            Srs = node.Srs?.Open(node.DataDirectory, time),
        };
        _rules = new RulesInForce(configuration, services, loggers);
        LogNotices(configuration);
        foreach (var built in configuration.IngressPoints)
        {
            var name = built.Ingress.IngressPointName;
            foreach (var (settings, options) in _edge.Open(built))
            {
                var listener = await _smtp.BindAsync(settings.Address, options, _rules.Of(name)).ConfigureAwait(false);
                _listeners = [.. _listeners, (name, listener.EndPoint)];
                LogListening(name, listener.EndPoint);
            }
        }

        _edge.RetainCredentials([.. configuration.IngressPoints.Select(built => built.Ingress.IngressPointName)]);
        _readiness.IsListening = true;
        LogStarted(node.Hostname, node.DataDirectory);
    }

    /// <summary>No reason not to start: the address may come later, as after a failover, and mail from other sources goes now.</summary>
    private void LogForeignAddresses(EgressPools egress)
    {
        foreach (var source in egress.Sources)
        {
            foreach (var address in source.Addresses.Where(address => !OwnAddress.Is(address)))
            {
                LogForeignAddress(source.Name, address);
            }
        }
    }

    private void LogNotices(CheckedConfiguration configuration)
    {
        foreach (var notice in configuration.Notices)
        {
            LogNotice(notice);
        }
    }

    [LoggerMessage(6010, LogLevel.Information, "Ingress point {IngressPoint} listens on {EndPoint}")]
    private partial void LogListening(string ingressPoint, IPEndPoint endPoint);

    [LoggerMessage(6011, LogLevel.Information, "Management listens on http://{EndPoint}")]
    private partial void LogManagement(IPEndPoint endPoint);

    [LoggerMessage(6012, LogLevel.Information, "Started as {Hostname}, data in {DataDirectory}")]
    private partial void LogStarted(string hostname, string dataDirectory);

    [LoggerMessage(6015, LogLevel.Information, "The configuration was read again and is in force")]
    private partial void LogReloaded();

    [LoggerMessage(6016, LogLevel.Error, "The configuration was read again and is not put in force: {Error}")]
    private partial void LogNotReloaded(DocumentError error);

    [LoggerMessage(6017, LogLevel.Warning, "{Notice}")]
    private partial void LogNotice(DocumentError notice);

    [LoggerMessage(6018, LogLevel.Warning, "Egress source {Source}: {Address} is not an address of this machine, and mail that is to leave from it waits")]
    private partial void LogForeignAddress(string source, IPAddress address);

    [LoggerMessage(6013, LogLevel.Information, "Stopping: no new sessions, running transactions end first")]
    private partial void LogStopping();

    [LoggerMessage(6014, LogLevel.Information, "Stopped")]
    private partial void LogStopped();
}

/// <summary>The process cannot start; the message tells the operator why, one line each.</summary>
internal sealed class StartupException(string message, Exception? innerException = null) : Exception(message, innerException);
