using System.Net;
using MailManager.Delivery;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;
using MailManager.Resources.Identities;
using MailManager.Resources.IngressPoints;

namespace MailManager.Mta.Configuration;

/// <summary>Reads <c>Node</c>; it and each of its keys may be absent.</summary>
internal sealed class NodeSettingsReader(ConfigurationSource source)
{
    private const string DefaultDataDirectory = "data";
    private const int MaximumCertificates = 1000;
    private const int MaximumDnsServers = 10;
    private static readonly IPEndPoint DefaultManagement = new(IPAddress.Loopback, 8025);
    private readonly FileReferences _files = new(source.FullBaseDirectory);

    /// <summary>Null when there are errors, which the root's context then holds.</summary>
    public NodeSettings? Read(MapReader root)
    {
        var errors = root.Value.Context.Errors;
        var before = errors.Count;
        var value = root.Optional("Node");
        var map = value?.Map(["Hostname", "DataDirectory", "Management", "Tls", "Certificates", "Srs", "Dns", "Limits"]);
        var hostname = map?.Optional("Hostname") is { } given ? ReadHostname(given) : DefaultHostname(value ?? root.Value);
        var data = map?.OptionalText("DataDirectory", TextRule.NotEmpty);
        var management = map?.Optional("Management")?.Map(["Listen"])?.Optional("Listen") is { } listen
            ? ReadListen(listen)
            : DefaultManagement;
        var tls = map?.Optional("Tls") is { } tlsValue ? ReadTls(tlsValue) : null;
        var certificates = map?.Items("Certificates", 0, MaximumCertificates, ReadTls) ?? [];
        var srs = map?.Optional("Srs") is { } srsValue ? SrsSettings.Read(srsValue, _files) : null;
        var dns = map?.Optional("Dns")?.Map(["Servers", "TrustAuthenticatedData"]);
        var servers = dns?.Items("Servers", 1, MaximumDnsServers, ReadServer) ?? [];
        var trusts = dns?.Boolean("TrustAuthenticatedData", otherwise: false) ?? false;
        var limits = ServerLimitsReader.Read(map?.Optional("Limits"));
        return errors.Count > before ? null : new NodeSettings
        {
            Hostname = hostname!,
            DataDirectory = source.DataDirectory ?? source.FullPath(data ?? DefaultDataDirectory),
            ManagementListen = management!,
            Tls = tls,
            Certificates = certificates,
            Srs = srs,
            Mx = new MxOptions { NameServers = servers, TrustAuthenticatedData = trusts },
            Limits = limits,
        };
    }

    private static string? ReadHostname(DocumentValue value)
    {
        var name = value.PlainText();
        if (name is null || DomainName.ProblemWith(name) is not { } problem)
        {
            return name;
        }

        value.Error(problem);
        return null;
    }

    private string? DefaultHostname(DocumentValue node)
    {
        if (DomainName.ProblemWith(source.MachineName) is null)
        {
            return source.MachineName;
        }

        node.Error($"Hostname is missing, and the machine's name {DisplayText.Quote(source.MachineName)} cannot stand for it");
        return null;
    }

    private static IPEndPoint? ReadListen(DocumentValue value)
    {
        var address = ListenerAddress.Read(value);
        if (address is not null)
        {
            value.Context.Listen(address, value);
        }

        return address;
    }

    private static IPEndPoint? ReadServer(DocumentValue value)
    {
        var address = ListenerAddress.Read(value);
        if (address is { Port: 0 })
        {
            value.Error("a name server has a port, usually 53");
        }

        return address;
    }

    private TlsFiles? ReadTls(DocumentValue value)
    {
        if (value.Map(["CertificatePath", "KeyPath"]) is not { } map)
        {
            return null;
        }

        var certificate = map.Required("CertificatePath") is { } certificateValue ? _files.Read(certificateValue) : null;
        var key = map.Required("KeyPath") is { } keyValue ? _files.Read(keyValue) : null;
        return map.Failed ? null : new TlsFiles(certificate!, key!);
    }
}
