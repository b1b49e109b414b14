using System.Diagnostics;
using System.Text;
using MailManager.LoadTests.Net;

namespace MailManager.LoadTests.Load;

/// <summary>A greeted connection to the server under test: connect, EHLO, STARTTLS if asked for, EHLO again.</summary>
internal sealed class SmtpConnection : IDisposable
{
    private static readonly byte[] Ehlo = "EHLO load.test\r\n"u8.ToArray();
    private static readonly byte[] StartTlsCommand = "STARTTLS\r\n"u8.ToArray();
    private static readonly byte[] Quit = "QUIT\r\n"u8.ToArray();
    private readonly Transport _transport;
    private readonly ReplyReader _replies;

    private SmtpConnection(Transport transport)
    {
        _transport = transport;
        _replies = new ReplyReader(transport);
    }

    /// <summary>What the last EHLO offered.</summary>
    public bool OffersPipelining { get; private set; }

    /// <exception cref="TransportException">No connection, or a reply other than 2xx (kind <c>greeting 554</c>).</exception>
    public static async Task<SmtpConnection> OpenAsync(System.Net.IPEndPoint server, bool startTls, Watchdog watchdog, LoadResult? result)
    {
        var started = Stopwatch.GetTimestamp();
        var transport = new Transport(Loopback.CreateSocket(server), watchdog);
        var connection = new SmtpConnection(transport);
        try
        {
            await transport.ConnectAsync(server).ConfigureAwait(false);
            await connection.ExpectAsync(220, "greeting").ConfigureAwait(false);
            await connection.EhloAsync().ConfigureAwait(false);
            var greeted = Stopwatch.GetTimestamp();
            result?.CountConnection();
            result?.Record(Phase.Connect, started, greeted);
            if (startTls)
            {
                await transport.SendAsync(StartTlsCommand).ConfigureAwait(false);
                await connection.ExpectAsync(220, "STARTTLS").ConfigureAwait(false);
                await transport.StartTlsAsClientAsync().ConfigureAwait(false);
                await connection.EhloAsync().ConfigureAwait(false);
                result?.Record(Phase.StartTls, greeted, Stopwatch.GetTimestamp());
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> octets) => _transport.SendAsync(octets);

    public ValueTask<int> ReadReplyAsync() => _replies.ReadAsync();

    /// <summary>Says QUIT and waits for the answer, whatever it is.</summary>
    public async ValueTask QuitAsync()
    {
        try
        {
            await _transport.SendAsync(Quit).ConfigureAwait(false);
            await _replies.ReadAsync().ConfigureAwait(false);
        }
        catch (TransportException)
        {
            // The connection ends here in any case.
        }
    }

    public void Dispose()
    {
        _transport.Dispose();
        _replies.Dispose();
    }

    public static byte[] Command(string text) => Encoding.ASCII.GetBytes(text + "\r\n");

    private async ValueTask EhloAsync()
    {
        await _transport.SendAsync(Ehlo).ConfigureAwait(false);
        await ExpectAsync(250, "EHLO").ConfigureAwait(false);
        OffersPipelining = _replies.OffersPipelining;
    }

    private async ValueTask ExpectAsync(int expected, string step)
    {
        var code = await _replies.ReadAsync().ConfigureAwait(false);
        if (code != expected)
        {
            throw new TransportException($"{step} {code}");
        }
    }
}
