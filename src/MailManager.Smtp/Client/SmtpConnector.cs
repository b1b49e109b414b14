using System.Net;
using System.Net.Sockets;
using MailManager.Smtp.Replies;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace MailManager.Smtp.Client;

/// <summary>
/// Opens client connections over Kestrel's socket transport. Continuations run inline: a reply wakes one thread-pool thread, which parses
/// it and sends what comes next, without a hand-over in between. Thread-safe.
/// </summary>
public sealed class SmtpConnector : IDisposable
{
    /// <summary>Octets that may wait in a connection's output; twice what a session writes between two flushes.</summary>
    internal const int OutputLimit = 2 * MessageDataWriter.FlushThreshold;

    private const int IpProtocol = 0;
    private const int BindAddressNoPort = 24;

    private readonly SocketConnectionContextFactory _factory;
    private readonly DeadlineClock _clock;

    public SmtpConnector(DeadlineClock clock, ILogger logger)
    {
        _clock = clock;
        _factory = new SocketConnectionContextFactory(
            new SocketConnectionFactoryOptions
            {
                IOQueueCount = 0,
                UnsafePreferInlineScheduling = true,

                // Saves a system call for each reply, for 4 KiB a connection: there are some dozens of them, not thousands.
                WaitForDataBeforeAllocatingBuffer = false,
                MaxReadBufferSize = 64 * 1024,
                MaxWriteBufferSize = OutputLimit,
            },
            logger);
    }

    /// <summary>Connects to one address. Exactly one of connection and failure is given.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="from">The address of this machine to bind to, of the same family; null: the system chooses.</param>
    /// <param name="timeout">For the TCP handshake.</param>
    /// <param name="cancellationToken">Gives up; reported as a failure of ours.</param>
    public async ValueTask<(SmtpClientConnection? Connection, SmtpFailure? Failure)> ConnectAsync(
        IPEndPoint address, IPAddress? from, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            // Fails on a machine without IPv6, or without IPv4: then the address is one that does not answer, and another may.
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (Bind(socket, from) is { } refusal)
            {
                socket.Dispose();
                return (null, refusal);
            }

            using var timer = new CancellationTokenSource(timeout, _clock.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            await socket.ConnectAsync(address, either.Token).ConfigureAwait(false);
            return (new SmtpClientConnection(_factory.Create(socket), address, _clock), null);
        }
        catch (SocketException fault)
        {
            socket?.Dispose();
            return (null, new SmtpFailure(SmtpParty.Network, SmtpPhase.Connect, default, $"cannot connect to {address}: {PeerText.Escape(fault.SocketErrorCode.ToString())}"));
        }
        catch (OperationCanceledException)
        {
            socket?.Dispose();
            return (null, cancellationToken.IsCancellationRequested
                ? SmtpFailure.Local(SmtpPhase.Connect, "stopping")
                : new SmtpFailure(SmtpParty.Network, SmtpPhase.Connect, default, $"timed out connecting to {address}"));
        }
    }

    public void Dispose() => _factory.Dispose();

    /// <summary>Null: bound, or there is nothing to bind to.</summary>
    private static SmtpFailure? Bind(Socket socket, IPAddress? from)
    {
        if (from is null)
        {
            return null;
        }

        try
        {
            if (OperatingSystem.IsLinux())
            {
                // The port is chosen when the peer is known, so that one port serves connections to many peers (ip(7), IP_BIND_ADDRESS_NO_PORT).
                socket.SetRawSocketOption(IpProtocol, BindAddressNoPort, BitConverter.GetBytes(1));
            }

            socket.Bind(new IPEndPoint(from, 0));
            return null;
        }
        catch (SocketException fault)
        {
            return SmtpFailure.Local(SmtpPhase.Connect, fault.SocketErrorCode == SocketError.AddressNotAvailable
                ? $"cannot send from {from}: it is not an address of this machine"
                : $"cannot send from {from}: {PeerText.Escape(fault.SocketErrorCode.ToString())}");
        }
    }
}
