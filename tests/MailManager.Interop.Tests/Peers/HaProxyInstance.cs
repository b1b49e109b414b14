using System.Globalization;
using System.Text;

namespace MailManager.Interop.Tests.Peers;

/// <summary>A real HAProxy that hands TCP connections on, with a PROXY header before them.</summary>
internal sealed class HaProxyInstance : IAsyncDisposable
{
    private readonly ChildProcess _child;

    private HaProxyInstance(ChildProcess child, IReadOnlyList<int> ports)
    {
        _child = child;
        Ports = ports;
    }

    /// <summary>Where it listens, one port for each of its ways.</summary>
    public IReadOnlyList<int> Ports { get; }

    /// <summary>Starts it and waits until it listens everywhere.</summary>
    /// <param name="directory">For its configuration.</param>
    /// <param name="ways">Port of the server behind it, and the word for the header: <c>send-proxy</c> or <c>send-proxy-v2</c>, perhaps with options.</param>
    public static async Task<HaProxyInstance> StartAsync(string directory, params (int Port, string Header)[] ways)
    {
        var ports = ways.Select(_ => FreePort.Next()).ToArray();
        var text = new StringBuilder("defaults\n  mode tcp\n  timeout connect 10s\n  timeout client 60s\n  timeout server 60s\n");
        foreach (var ((port, header), front) in ways.Zip(ports))
        {
            text.Append(CultureInfo.InvariantCulture, $"listen way-{front}\n  bind 127.0.0.1:{front}\n  server gateway 127.0.0.1:{port} {header}\n");
        }

        var file = Path.Combine(directory, "haproxy.cfg");
        await File.WriteAllTextAsync(file, text.ToString());
        var child = ChildProcess.Start(Programs.HaProxy, "-db", "-f", file);
        foreach (var port in ports)
        {
            await FreePort.AnswersAsync(port, child);
        }

        return new HaProxyInstance(child, ports);
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
