using System.Net;
using System.Net.Sockets;

namespace MailManager.Interop.Tests.Peers;

/// <summary>Ports for programs that cannot be told to take one of the system's choice.</summary>
internal static class FreePort
{
    /// <summary>A loopback port that was free a moment ago.</summary>
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Waits until a program listens there.</summary>
    public static async Task AnswersAsync(int port, ChildProcess program)
    {
        using var patience = new CancellationTokenSource(ChildProcess.Patience);
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), patience.Token);
                return;
            }
            catch (SocketException)
            {
                // Nobody tells when another program has bound its port: ask again.
                await Task.Delay(20, patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Nothing listens on port {port}:\n{program.Output}");
            }
        }
    }
}
