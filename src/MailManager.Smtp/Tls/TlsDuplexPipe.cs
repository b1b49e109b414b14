using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Tls;

/// <summary>
/// TLS over a connection's pipe, for both sides. Reader and writer are new: nothing that was buffered in clear text before the
/// handshake is ever read through them (the STARTTLS injection of CVE-2011-0411). Does not own the transport below.
/// </summary>
public sealed class TlsDuplexPipe : IDuplexPipe, IAsyncDisposable
{
    /// <summary>TLS 1.2 and 1.3; older versions are refused on both sides (RFC 8996).</summary>
    public const SslProtocols AllowedProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly SslStream _stream;

    private TlsDuplexPipe(SslStream stream)
    {
        _stream = stream;
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, minimumReadSize: 1024, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 4096, leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>The negotiated version.</summary>
    public SslProtocols Protocol => _stream.SslProtocol;

    /// <summary>The negotiated cipher suite, such as <c>TLS_AES_256_GCM_SHA384</c>.</summary>
    public TlsCipherSuite CipherSuite => _stream.NegotiatedCipherSuite;

    /// <summary>The certificate that the peer proved; null: none. Checked by the settings or options of the handshake.</summary>
    public X509Certificate2? RemoteCertificate => _stream.RemoteCertificate as X509Certificate2;

    /// <summary>
    /// The server's side of a channel binding of type <c>tls-server-end-point</c> (RFC 5929 §4), which both TLS versions have; null when the
    /// certificate's signature algorithm has none. Computed at each call: a session asks once, at AUTH.
    /// </summary>
    public SaslChannelBinding? CreateServerEndPointBinding() =>
        _stream.LocalCertificate is X509Certificate2 certificate ? ServerEndPointBinding.Create(certificate) : null;

    /// <summary>
    /// Answers a client's handshake with the options that the settings select for the server name in its hello. Throws
    /// <see cref="AuthenticationException"/> or <see cref="IOException"/> when it fails; the connection is useless then. The deadline is the
    /// caller's <paramref name="cancellationToken"/>.
    /// </summary>
    public static async ValueTask<TlsDuplexPipe> AuthenticateAsServerAsync(
        IDuplexPipe transport, ITlsServerSettings settings, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new DuplexPipeStream(transport), leaveInnerStreamOpen: true);
        try
        {
            await stream.AuthenticateAsServerAsync(SelectOptions, settings, cancellationToken).ConfigureAwait(false);
            return new TlsDuplexPipe(stream);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts a handshake with a server; otherwise as <see cref="AuthenticateAsServerAsync"/>.</summary>
    public static async ValueTask<TlsDuplexPipe> AuthenticateAsClientAsync(
        IDuplexPipe transport, SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        var stream = new SslStream(new DuplexPipeStream(transport), leaveInnerStreamOpen: true);
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
            return new TlsDuplexPipe(stream);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends close_notify when the transport still takes it, and frees the TLS state.</summary>
    public async ValueTask DisposeAsync()
    {
        await Input.CompleteAsync().ConfigureAwait(false);

        // With a fault, so that what was written and not flushed is not sent: whoever wants it sent has flushed.
        await Output.CompleteAsync(new OperationCanceledException()).ConfigureAwait(false);
        try
        {
            await _stream.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The peer is gone already: there is no one to tell.
        }

        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    private static ValueTask<SslServerAuthenticationOptions> SelectOptions(
        SslStream stream, SslClientHelloInfo hello, object? settings, CancellationToken cancellationToken) =>
        new(((ITlsServerSettings)settings!).Select(hello.ServerName));
}
