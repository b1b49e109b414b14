using System.Net;
using System.Security.Cryptography.X509Certificates;
using MailManager.TestKit.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MailManager.Delivery.Tests.Harness;

/// <summary>An HTTPS server on a loopback port.</summary>
internal sealed class HttpsHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly SemaphoreSlim _asked = new(0);
    private int _requests;

    private HttpsHost(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Logging.ClearProviders();
        _application = builder.Build();
        _application.Run(async context =>
        {
            Interlocked.Increment(ref _requests);
            _asked.Release();
            await Answer(context);
        });
    }

    /// <summary>What is answered: at first 404.</summary>
    public RequestDelegate Answer { get; set; } = Status(404);

    public int Requests => Volatile.Read(ref _requests);

    public int Port { get; private set; }

    public static async Task<HttpsHost> StartAsync(X509Certificate2 certificate)
    {
        var host = new HttpsHost(certificate);
        await host._application.StartAsync();
        var address = host._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        host.Port = new Uri(address).Port;
        return host;
    }

    public static RequestDelegate Status(int status, string? location = null) => context =>
    {
        context.Response.StatusCode = status;
        if (location is not null)
        {
            context.Response.Headers.Location = location;
        }

        return Task.CompletedTask;
    };

    /// <summary>Until one more request has come.</summary>
    public async Task WaitAsync() => Assert.True(await _asked.WaitAsync(ScriptedSmtpServer.Patience));

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _asked.Dispose();
    }
}
