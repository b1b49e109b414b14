using System.Collections.Immutable;
using System.Net;
using MailManager.Delivery;
using MailManager.Smtp.Limits;

namespace MailManager.Mta.Configuration;

/// <summary>What belongs to this machine and is fixed while the process runs: <c>Node</c> in the configuration file.</summary>
public sealed record NodeSettings
{
    /// <summary>The name in the greeting, in trace headers and in EHLO to others. Default: the machine's own.</summary>
    public required string Hostname { get; init; }

    /// <summary>Absolute. Default: <c>data</c> beside the configuration file.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where health is answered over HTTP. Default: 127.0.0.1:8025.</summary>
    public required IPEndPoint ManagementListen { get; init; }

    /// <summary>
    /// For clients that name no server, or one that none of <see cref="Certificates"/> is for. Null: a self-signed certificate, made in
    /// the data directory.
    /// </summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>Chosen by the server name that a client asks for (SNI), from the names in each. At most 1,000. Default: none.</summary>
    public ImmutableArray<TlsFiles> Certificates { get; init; } = [];

    /// <summary>How reverse-paths are replaced where rules want that; null: they cannot be.</summary>
    public SrsSettings? Srs { get; init; }

    /// <summary>How mail domains' servers are found: as <c>Node.Dns</c> says, at most 10 name servers, on port 25.</summary>
    public MxOptions Mx { get; init; } = new();

    /// <summary>Of the whole server.</summary>
    public SessionGovernorOptions Limits { get; init; } = ServerLimitsReader.Defaults;
}

/// <summary>A certificate of the server.</summary>
/// <param name="CertificatePath">Absolute path of a PEM file; the server's certificate first, then intermediate ones.</param>
/// <param name="KeyPath">Absolute path of a PEM file.</param>
public sealed record TlsFiles(string CertificatePath, string KeyPath);
