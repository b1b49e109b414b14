using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Tests.Harness;
using MailManager.Delivery.Tests.MtaSts;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Delivery.Tests.RealDns;

/// <summary>
/// A small internet on loopback: NSD with the signed zone signed.test and the unsigned plain.test, Unbound that validates, a policy host of MTA-STS,
/// and one mail server with STARTTLS that all hosts' addresses lead to.
/// </summary>
public sealed class RealDnsInternet : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestAuthority _root = TestAuthority.CreateRoot();
    private readonly X509Certificate2 _certificate;
    private readonly X509Certificate2 _policyCertificate;
    private readonly List<ChildProcess> _processes = [];
    private HttpsHost _policies = null!;

    public RealDnsInternet()
    {
        _certificate = _root.IssueServer("host.sts.signed.test");
        _policyCertificate = _root.IssueServer("mta-sts.sts.signed.test", "mta-sts.stsother.signed.test");
        Peer = new ScriptedSmtpServer { Certificate = _certificate };
    }

    internal ScriptedSmtpServer Peer { get; }

    private IPEndPoint Resolver { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _policies = await HttpsHost.StartAsync(_policyCertificate);
        _policies.Answer = async context =>
        {
            var domain = context.Request.Host.Host["mta-sts.".Length..];
            context.Response.ContentType = "text/plain";
            await PolicyAnswer.Of($"version: STSv1\nmode: enforce\nmx: host.{domain}\nmax_age: 86400\n", host: context.Request.Host.Host)(context);
        };

        var authority = Path.Combine(_directory.Path, "nsd");
        Directory.CreateDirectory(authority);
        await File.WriteAllTextAsync(Path.Combine(authority, "signed.test.zone"), SignedZone());
        await File.WriteAllTextAsync(Path.Combine(authority, "plain.test.zone"), PlainZone());
        var authorityPort = FreePort.Next();
        var resolverPort = FreePort.Next();
        var nsd = Started("nsd", authority, $"{authorityPort}");
        await nsd.LineAsync("nsd started");
        var unbound = Started("unbound", Path.Combine(_directory.Path, "unbound"), $"{resolverPort}", $"{authorityPort}", Path.Combine(authority, "signed.test.anchor"));
        await unbound.LineAsync("start of service");
        Resolver = new IPEndPoint(IPAddress.Loopback, resolverPort);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await Peer.DisposeAsync();
        await _policies.DisposeAsync();
        _certificate.Dispose();
        _policyCertificate.Dispose();
        _root.Dispose();
        _directory.Dispose();
    }

    /// <summary>The settings of a gateway on this internet. Policies of MTA-STS are kept in a directory of their own for each test.</summary>
    internal DeliveryOptions Options(DeliveryOptions options, bool trustsAuthenticatedData) => options with
    {
        TrustedRoots = [_root.Certificate],
        MtaSts = new MtaStsOptions { Directory = Path.Combine(_directory.Path, Guid.NewGuid().ToString("N")), Port = _policies.Port },
        Mx = new MxOptions
        {
            NameServers = [Resolver],
            Port = Peer.EndPoint.Port,
            AllowPrivateTargets = true,
            TrustAuthenticatedData = trustsAuthenticatedData,
        },
    };

    private ChildProcess Started(string name, string directory, params string[] arguments)
    {
        var process = ChildProcess.Start("bash", [Programs.Peer(name), directory, .. arguments]);
        _processes.Add(process);
        return process;
    }

    /// <summary>What tests/peers/nsd.sh changes after it has signed: data of 64 "a", and an MX named "before".</summary>
    private string SignedZone()
    {
        var good = Convert.ToHexStringLower(SHA256.HashData(_certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        return $"""
            $ORIGIN signed.test.
            $TTL 60
            @ SOA ns hostmaster 1 3600 600 86400 60
            @ NS ns
            ns A 127.0.0.1
            {Host("good")}
            {Tlsa("good", good)}
            {Host("mismatch")}
            {Tlsa("mismatch", new string('c', 64))}
            {Host("forged")}
            {Tlsa("forged", new string('a', 64))}
            {Host("without")}
            forgedmx MX 10 before
            before A 127.0.0.1
            alias MX 10 host.alias
            host.alias CNAME host.good
            badalias MX 10 host.badalias
            host.badalias CNAME host.mismatch
            renamed CNAME good
            null MX 0 .
            implicit A 127.0.0.1
            second MX 10 host.mismatch
            second MX 20 host.good
            {Host("sts")}
            _mta-sts.sts TXT "v=STSv1; id=1;"
            mta-sts.sts A 127.0.0.1
            {Host("stsother")}
            _mta-sts.stsother TXT "v=STSv1; id=1;"
            mta-sts.stsother A 127.0.0.1

            """;
    }

    /// <summary>Whatever TLSA records say here, nobody vouches for them.</summary>
    private string PlainZone() => $"""
        $ORIGIN plain.test.
        $TTL 60
        @ SOA ns hostmaster 1 3600 600 86400 60
        @ NS ns
        ns A 127.0.0.1
        {Host("mismatch")}
        {Tlsa("mismatch", new string('c', 64))}

        """;

    private string Tlsa(string domain, string data) => $"_{Peer.EndPoint.Port}._tcp.host.{domain} TLSA 3 1 1 {data}";

    private static string Host(string domain) => $"{domain} MX 10 host.{domain}\nhost.{domain} A 127.0.0.1";
}
