using System.Net;
using MailManager.Management.Health;
using MailManager.Management.Queue;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace MailManager.Management;

/// <summary>The management listener: plain HTTP, meant for loopback or a private network.</summary>
public sealed class ManagementServer : IAsyncDisposable
{
    /// <summary>Octets; an order with a long filter needs some hundred.</summary>
    private const int MaxRequestBody = 64 << 10;

    private readonly WebApplication _application;

    private ManagementServer(WebApplication application)
    {
        _application = application;
    }

    /// <summary>The bound address, with the port that the system chose when 0 was asked for.</summary>
    public IPEndPoint EndPoint
    {
        get
        {
            var address = _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            var uri = new Uri(address);
            return new IPEndPoint(IPAddress.Parse(uri.Host), uri.Port);
        }
    }

    /// <summary>Binds and starts. Throws <see cref="IOException"/> when the address is in use or not ours.</summary>
    public static async Task<ManagementServer> StartAsync(IPEndPoint endPoint, IReadiness readiness, QueueAccess queue, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter("MailManager.*").AddPrometheusExporter());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBody;
            kestrel.Listen(endPoint);
        });
        var application = builder.Build();
        application.UseRouting();
        application.MapGet("/health/live", static () => Results.Text("live\n"));
        application.MapGet("/health/ready", () => Ready(readiness));
        application.MapPrometheusScrapingEndpoint("/metrics");
        QueueEndpoints.Map(application, queue);
        await application.StartAsync().ConfigureAwait(false);
        return new ManagementServer(application);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static IResult Ready(IReadiness readiness)
    {
        var troubles = readiness.Check().Where(check => check.Trouble is not null).ToArray();
        return troubles.Length == 0
            ? Results.Text("ready\n")
            : Results.Text(
                string.Concat(troubles.Select(check => $"{check.Name}: {check.Trouble}\n")), statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
