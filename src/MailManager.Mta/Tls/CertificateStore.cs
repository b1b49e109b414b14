using System.Collections.Immutable;
using System.Security.Cryptography;
using MailManager.Mta.Configuration;
using Microsoft.Extensions.Logging;

namespace MailManager.Mta.Tls;

/// <summary>
/// The server's certificates, kept as their files are: looked at every 30 seconds and read again when they changed. Sessions go on with what they
/// began with. A pair of files that does not load leaves the certificate that was in force. Thread-safe.
/// </summary>
internal sealed class CertificateStore : IAsyncDisposable
{
    /// <summary>Between two looks at the files.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(30);

    /// <summary>From here on a certificate's end is announced, once a day.</summary>
    public static readonly TimeSpan ExpiryNotice = TimeSpan.FromDays(21);

    private static readonly TimeSpan NoticeInterval = TimeSpan.FromDays(1);

    private readonly ImmutableArray<TlsFiles> _files;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Dictionary<TlsFiles, FileStamp> _failed = [];
    private readonly Dictionary<TlsFiles, DateTimeOffset> _noticed = [];
    private readonly ITimer _timer;
    private volatile CertificateSet _current;

    private CertificateStore(ImmutableArray<TlsFiles> files, TimeProvider time, ILogger logger)
    {
        _files = files;
        _time = time;
        _logger = logger;
        _current = new CertificateSet([.. files.Select(ServerCertificate.Load)]);
        NoticeExpiry();
        _timer = time.CreateTimer(static state => _ = ((CertificateStore)state!).ReloadAsync(onlyChanged: true), this, PollInterval, PollInterval);
    }

    /// <summary>What serves the next handshake.</summary>
    public CertificateSet Current => _current;

    /// <summary>
    /// Reads all files for the first time. Throws <see cref="IOException"/> or <see cref="CryptographicException"/> when one does not load: at the start
    /// there is nothing to go on with.
    /// </summary>
    /// <param name="files">The default certificate's first; at least one.</param>
    /// <param name="time">For looks at the files and for expiry.</param>
    /// <param name="logger">Takes events 6100 to 6103.</param>
    public static CertificateStore Open(ImmutableArray<TlsFiles> files, TimeProvider time, ILogger logger) => new(files, time, logger);

    /// <summary>Reads all files again, changed or not. What does not load is logged and keeps its old certificate; never throws for it.</summary>
    public Task ReloadAsync() => ReloadAsync(onlyChanged: false);

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private async Task ReloadAsync(bool onlyChanged)
    {
        try
        {
            await _turn.WaitAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        try
        {
            Read(onlyChanged);
            NoticeExpiry();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Read(bool onlyChanged)
    {
        var old = _current.Certificates;
        var certificates = old.ToBuilder();
        for (var i = 0; i < certificates.Count; i++)
        {
            if (TryReadAgain(old[i], onlyChanged) is { } certificate)
            {
                certificates[i] = certificate;
                _noticed.Remove(certificate.Files);
                TlsLog.Reloaded(_logger, certificate.Files.CertificatePath, certificate.Certificate.SerialNumber, certificate.NotAfter);
            }
        }

        if (!old.SequenceEqual(certificates))
        {
            _current = new CertificateSet(certificates.ToImmutable());
        }
    }

    /// <summary>Null: nothing new, or nothing that loads.</summary>
    private ServerCertificate? TryReadAgain(ServerCertificate old, bool onlyChanged)
    {
        var stamp = FileStamp.Of(old.Files);
        if (onlyChanged && (stamp == old.Stamp || (_failed.TryGetValue(old.Files, out var failed) && stamp == failed)))
        {
            return null;
        }

        try
        {
            var certificate = ServerCertificate.Load(old.Files);
            _failed.Remove(old.Files);
            return certificate;
        }
        catch (Exception fault) when (fault is IOException or CryptographicException)
        {
            _failed[old.Files] = stamp;
            TlsLog.NotReloaded(_logger, old.Files.CertificatePath, fault.Message);
            return null;
        }
    }

    private void NoticeExpiry()
    {
        var now = _time.GetUtcNow();
        foreach (var certificate in _current.Certificates)
        {
            var path = certificate.Files.CertificatePath;
            if (certificate.NotAfter - now >= ExpiryNotice
                || (_noticed.TryGetValue(certificate.Files, out var noticed) && now - noticed < NoticeInterval))
            {
                continue;
            }

            _noticed[certificate.Files] = now;
            if (certificate.NotAfter <= now)
            {
                TlsLog.Expired(_logger, path, certificate.NotAfter);
            }
            else
            {
                TlsLog.ExpiresSoon(_logger, path, certificate.NotAfter);
            }
        }
    }
}
