using System.Globalization;
using System.Net;
using MailManager.TestKit.Peers;
using MailManager.TestKit.Transport;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Server;

/// <summary>A client that tells the model what it tells the server, and compares what both answer.</summary>
internal sealed class ModelDialogue : IAsyncDisposable
{
    private readonly SessionModel _model;
    private readonly FakeTimeProvider _time;
    private readonly PipeWatch _watch = new();
    private readonly RawSmtpClient _client;
    private readonly List<int> _codes = [];

    /// <param name="piece">Octets that the server reads at a time.</param>
    public ModelDialogue(SessionModel model, MemoryTransport transport, IPAddress client, int piece, FakeTimeProvider time)
    {
        _model = model;
        _time = time;
        _client = RawSmtpClient.Over(transport.Connect(client, _watch, piece), piece);
    }

    /// <summary>Sends octets, as Latin-1; with a pause somewhere.</summary>
    /// <param name="paused">How many octets come before the pause; less than 1: it is not here.</param>
    public async Task SendAsync(string octets, int paused, SessionPause? pause)
    {
        if (pause is not null && paused > 0)
        {
            await SendAsync(octets[..paused]);
            await PauseAsync(pause);
            octets = octets[paused..];
        }

        await SendAsync(octets);
    }

    /// <summary>Hears that the server is ready for it, and shakes hands.</summary>
    public async Task StartTlsAsync()
    {
        await ReadAsync(_model.Codes.Count);
        Assert.Equal(_model.Codes, _codes);
        await _client.HandshakeAsync();
        _model.Secure();
    }

    /// <summary>Says that it will send no more, and hears the rest.</summary>
    public async Task EndAsync()
    {
        await _client.EndAsync();
        await ReadAsync(int.MaxValue);
        Assert.Equal(_model.IsCut ? _model.Codes.Take(_codes.Count) : _model.Codes, _codes);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private async Task SendAsync(string octets)
    {
        _model.Take(octets);
        await _client.TrySendAsync(octets);
    }

    /// <summary>Time passes once the server has answered all that it can, and waits.</summary>
    private async Task PauseAsync(SessionPause pause)
    {
        if (_model.IsOver)
        {
            return;
        }

        await ReadAsync(_model.Codes.Count);
        Assert.Equal(_model.Codes, _codes);
        await _watch.WaitAsync();
        _time.Advance(pause.Time);
        if (pause.IsTooLong)
        {
            _model.TimeOut();
        }
    }

    private async Task ReadAsync(int count)
    {
        while (_codes.Count < count && await _client.ReadReplyAsync() is { Length: >= 3 } reply)
        {
            _codes.Add(int.Parse(reply[..3], CultureInfo.InvariantCulture));
        }
    }
}
