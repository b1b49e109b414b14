using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace MailManager.TestKit.Transport;

/// <summary>
/// Connections without sockets, in the place of Kestrel's transport: what one side writes in one flush the other reads in one piece, or in smaller
/// ones, so a test decides how octets are cut, and thousands of sessions take a moment.
/// </summary>
/// <param name="options">Of the pipes of a connection; null: the defaults.</param>
public sealed class MemoryTransport(PipeOptions? options = null) : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();
    private int _count;

    public EndPoint EndPoint { get; private set; } = new IPEndPoint(IPAddress.Loopback, 0);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    /// <summary>Opens a connection and returns the client's side of it.</summary>
    /// <param name="client">Its address; null: 192.0.2.1.</param>
    /// <param name="watch">Told of what the client sends and the server takes.</param>
    /// <param name="pieceLength">The server reads at most so many octets at a time, at least 1; null: all that there is.</param>
    public IDuplexPipe Connect(IPAddress? client = null, PipeWatch? watch = null, int? pieceLength = null)
    {
        var toServer = new Pipe(options ?? PipeOptions.Default);
        var toClient = new Pipe(options ?? PipeOptions.Default);
        var input = watch?.Watch(toServer.Reader) ?? toServer.Reader;
        input = pieceLength is { } length ? new PieceReader(input, length) : input;
        var connection = new MemoryConnection($"M{Interlocked.Increment(ref _count)}", input, new AbortableWriter(toClient.Writer))
        {
            RemoteEndPoint = new IPEndPoint(client ?? IPAddress.Parse("192.0.2.1"), 1),
        };
        _connections.Writer.TryWrite(connection);
        return new Side(toClient.Reader, watch?.Watch(toServer.Writer) ?? toServer.Writer);
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _connections.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_connections.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Side(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;

        public PipeWriter Output { get; } = output;
    }

    private sealed class MemoryConnection(string id, PipeReader input, AbortableWriter output) : ConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        public override string ConnectionId { get; set; } = id;

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override IDuplexPipe Transport { get; set; } = new Side(input, output);

        public override EndPoint? RemoteEndPoint { get; set; }

        public override EndPoint? LocalEndPoint { get; set; } = new IPEndPoint(IPAddress.Loopback, 25);

        public override CancellationToken ConnectionClosed
        {
            get => _closed.Token;
            set => throw new NotSupportedException();
        }

        public override void Abort(ConnectionAbortedException abortReason)
        {
            try
            {
                _closed.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The session was faster: a connection that is closed may still be aborted.
                return;
            }

            input.CancelPendingRead();
            output.Abort();
        }

        public override async ValueTask DisposeAsync()
        {
            _closed.Dispose();
            await base.DisposeAsync();
        }
    }
}
