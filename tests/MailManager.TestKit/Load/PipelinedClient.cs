using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace MailManager.TestKit.Load;

/// <summary>
/// A client that sends one message after the other over a kept session, MAIL, RCPT and DATA in one piece, then the content in another. Allocates
/// nothing for a transaction, so that what a measurement finds is the server's.
/// </summary>
public sealed class PipelinedClient
{
    private readonly IDuplexPipe _connection;
    private readonly byte[] _content;
    private int _replies;

    /// <param name="connection">The client's side of a connection.</param>
    /// <param name="contentLength">Octets of each message, header included, without the dot at its end.</param>
    public PipelinedClient(IDuplexPipe connection, int contentLength)
    {
        _connection = connection;
        _content = Content(contentLength);
    }

    private static ReadOnlySpan<byte> Envelope => "MAIL FROM:<load@sender.test>\r\nRCPT TO:<rcpt@example.com>\r\nDATA\r\n"u8;

    /// <summary>Takes the greeting and says EHLO. Throws <see cref="IOException"/> for any refusal.</summary>
    public async Task OpenAsync()
    {
        await ExpectAsync(1);
        Write("EHLO load.test\r\n"u8);
        await _connection.Output.FlushAsync();
        await ExpectAsync(1);
    }

    /// <summary>Sends messages. Throws <see cref="IOException"/> for any refusal, and when the server closes.</summary>
    public async Task SendAsync(int messages)
    {
        for (; messages > 0; messages--)
        {
            Write(Envelope);
            await _connection.Output.FlushAsync();
            await ExpectAsync(3);
            Write(_content);
            await _connection.Output.FlushAsync();
            await ExpectAsync(1);
        }
    }

    /// <summary>Closes the connection without a word.</summary>
    public async Task CloseAsync()
    {
        await _connection.Output.CompleteAsync();
        await _connection.Input.CompleteAsync();
    }

    private static byte[] Content(int length)
    {
        const string End = "\r\n.\r\n";
        var text = new StringBuilder(length + End.Length);
        text.Append("From: <load@sender.test>\r\nTo: <rcpt@example.com>\r\nSubject: load\r\nMessage-ID: <1@sender.test>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\n\r\n");
        while (text.Length < length - 2)
        {
            text.Append('x', Math.Min(76, length - 2 - text.Length)).Append(length - 2 - text.Length > 2 ? "\r\n" : "");
        }

        return Encoding.ASCII.GetBytes(text.Append(End).ToString());
    }

    private void Write(ReadOnlySpan<byte> octets) => _connection.Output.Write(octets);

    [System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(System.Runtime.CompilerServices.PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ExpectAsync(int replies)
    {
        for (_replies = 0; _replies < replies;)
        {
            var result = await _connection.Input.ReadAsync();
            _connection.Input.AdvanceTo(Take(result.Buffer), result.Buffer.End);
            if (result.IsCompleted && _replies < replies)
            {
                throw new IOException("The server has closed the connection.");
            }
        }
    }

    /// <summary>Counts whole replies.</summary>
    private SequencePosition Take(in ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        Span<byte> code = stackalloc byte[4];
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            line.Slice(0, 4).CopyTo(code);
            if (code[0] >= (byte)'4')
            {
                throw new IOException($"The server refuses: {Encoding.UTF8.GetString(line)}");
            }

            _replies += code[3] == (byte)' ' ? 1 : 0;
        }

        return reader.Position;
    }
}
