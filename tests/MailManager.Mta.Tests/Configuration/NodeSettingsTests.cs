using System.Net;
using MailManager.Delivery;
using MailManager.Mta.Cli;
using MailManager.Mta.Configuration;

namespace MailManager.Mta.Tests.Configuration;

public sealed class NodeSettingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("node").FullName;

    public NodeSettingsTests()
    {
        File.WriteAllText(Path.Combine(_directory, "a.pem"), "");
        File.WriteAllText(Path.Combine(_directory, "b.pem"), "");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Certificates_become_full_paths()
    {
        var node = Load("Certificates: [{ CertificatePath: a.pem, KeyPath: b.pem }, { CertificatePath: b.pem, KeyPath: a.pem }]");

        var (a, b) = (Path.Combine(_directory, "a.pem"), Path.Combine(_directory, "b.pem"));
        Assert.Equal([new TlsFiles(a, b), new TlsFiles(b, a)], node.Certificates);
        Assert.Null(node.Tls);
    }

    [Fact]
    public void Srs_needs_no_more_than_a_domain()
    {
        Assert.Null(Load("Certificates: []").Srs);
        Assert.Equal(new SrsSettings { Domain = "srs.example", SecretFile = null, MaxAge = TimeSpan.FromDays(21) }, Load("Srs: { Domain: srs.example }").Srs);
        Assert.Equal(Path.Combine(_directory, "a.pem"), Load("Srs: { Domain: srs.example, SecretFile: a.pem, MaxAge: 1d }").Srs!.SecretFile);
    }

    [Fact]
    public void Dns_says_who_is_asked_and_whether_that_is_believed()
    {
        Assert.Equal(new MxOptions(), Load("Certificates: []").Mx);
        var mx = Load("Dns: { Servers: ['127.0.0.1:53', '[2001:db8::53]:5353'], TrustAuthenticatedData: true }").Mx;
        Assert.Equal([IPEndPoint.Parse("127.0.0.1:53"), IPEndPoint.Parse("[2001:db8::53]:5353")], mx.NameServers);
        Assert.True(mx.TrustAuthenticatedData);
        Assert.Equal((25, false), (mx.Port, mx.AllowPrivateTargets));
        Assert.False(Load("Dns: { Servers: ['127.0.0.1:53'] }").Mx.TrustAuthenticatedData);
    }

    [Fact]
    public void A_trial_of_a_relay_asks_the_same_name_servers()
    {
        var loaded = ConfigurationFile.Load(Write("Dns: { Servers: ['127.0.0.1:5353'], TrustAuthenticatedData: true }")).Configuration!;
        Assert.Same(loaded.NodeSettings.Mx, RelayCommand.Options(loaded).Mx);
    }

    [Theory]
    [InlineData("Dns: { Servers: [] }", "Dns.Servers: has 0 entries, must have 1 to 10")]
    [InlineData("Dns: { Servers: ['127.0.0.1:0'] }", "Dns.Servers[0]: a name server has a port, usually 53")]
    [InlineData("Dns: { Servers: [dns.example.com] }", "Dns.Servers[0]: 'dns.example.com' is not an IP address and a port, such as 127.0.0.1:25 or [::1]:25")]
    [InlineData("Dns: { Servers: ['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3', '127.0.0.1:4', '127.0.0.1:5', '127.0.0.1:6', '127.0.0.1:7', '127.0.0.1:8', '127.0.0.1:9', '127.0.0.1:10', '127.0.0.1:11'] }", "Dns.Servers: has 11 entries, must have 1 to 10")]
    [InlineData("Dns: { TrustAuthenticatedData: 1 }", "Dns.TrustAuthenticatedData: '1' is not true or false")]
    [InlineData("Dns: { Server: ['127.0.0.1:53'] }", "Dns: 'Server' is not a known key; did you mean Servers?")]
    [InlineData("Certificates: { CertificatePath: a.pem, KeyPath: b.pem }", "Certificates: must be a list, not a map")]
    [InlineData("Certificates: [{ CertificatePath: a.pem }]", "Certificates[0]: KeyPath is missing")]
    [InlineData("Certificates: [{ CertificatePath: a.pem, KeyPath: no.pem }]", "Certificates[0].KeyPath: the file 'DIR/no.pem' does not exist")]
    [InlineData("Certificates: [{ CertificatePath: a.pem, KeyPath: b.pem, Names: [x] }]", "Certificates[0]: 'Names' is not a known key; known are CertificatePath, KeyPath")]
    [InlineData("Srs: { MaxAge: 7d }", "Srs: Domain is missing")]
    [InlineData("Srs: { Domain: srs.example, MaxAge: 23h }", "Srs.MaxAge: '23h' is not from 1d to 30d")]
    [InlineData("Srs: { Domain: srs.example, SecretFile: no.txt }", "Srs.SecretFile: the file 'DIR/no.txt' does not exist")]
    [InlineData("Limits: 100", "Limits: must be a map, not text")]
    [InlineData("Limits: { SessionPerAddress: 1 }", "Limits: 'SessionPerAddress' is not a known key; did you mean SessionsPerAddress?")]
    [InlineData("Limits: { Sessions: 0 }", "Limits.Sessions: '0' is not a whole number from 1 to 1000000")]
    [InlineData("Limits: { Sessions: '20' }", "Limits.Sessions: must be a whole number, not text")]
    [InlineData("Limits: { SessionsPerAddress: 1000001 }", "Limits.SessionsPerAddress: '1000001' is not a whole number from 1 to 1000000")]
    [InlineData("Limits: { SessionsPerNetwork: -1 }", "Limits.SessionsPerNetwork: '-1' is not a whole number from 1 to 1000000")]
    [InlineData("Limits: { ConnectionsPerMinute: 10000001 }", "Limits.ConnectionsPerMinute: '10000001' is not a whole number from 0 to 10000000")]
    [InlineData("Limits: { RecipientsPerMinute: 1.5 }", "Limits.RecipientsPerMinute: '1.5' is not a whole number from 0 to 10000000")]
    [InlineData("Limits: { MessagesInFlight: 0 }", "Limits.MessagesInFlight: '0' is not a whole number from 1 to 1000000")]
    [InlineData("Limits: { Memory: 1048575 }", "Limits.Memory: '1048575' is not a whole number from 1048576 to 1099511627776")]
    [InlineData("Limits: { Memory: 1099511627777 }", "Limits.Memory: '1099511627777' is not a whole number from 1048576 to 1099511627776")]
    [InlineData("Limits: { Memory: 1GiB }", "Limits.Memory: '1GiB' is not a whole number from 1048576 to 1099511627776")]
    [InlineData("Limits: { Exempt: [10.0.0.1/8] }", "Limits.Exempt[0]: '10.0.0.1/8' has bits set beyond its prefix; write 10.0.0.0/8 or 10.0.0.1/32")]
    public void Settings_are_checked(string text, string expected)
    {
        var result = ConfigurationFile.Load(Write(text));

        Assert.Equal(
            [$"{Path.Combine(_directory, "m.yaml")}:2: Node.{expected.Replace("DIR", _directory, StringComparison.Ordinal)}"],
            result.Errors.Select(error => error.ToString()));
        Assert.Null(result.Configuration);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Certificates_have_a_maximum(int count, bool isValid)
    {
        var certificates = string.Join(", ", Enumerable.Repeat("{ CertificatePath: a.pem, KeyPath: b.pem }", count));

        Assert.Equal(isValid, ConfigurationFile.Load(Write($"Certificates: [{certificates}]")).Configuration is not null);
    }

    [Fact]
    public void Limits_become_a_record()
    {
        var limits = Load(
            """
            Limits:
                Sessions: 1000000
                SessionsPerAddress: 7
                SessionsPerNetwork: 8
                ConnectionsPerMinute: 0
                RecipientsPerMinute: 0
                MessagesInFlight: 9
                Memory: 1099511627776
                Exempt: [192.0.2.1, "2001:db8::/32"]
            """).Limits;

        Assert.Equal((1_000_000, 7, 8), (limits.Sessions, limits.SessionsPerAddress, limits.SessionsPerNetwork));
        Assert.Equal((0, 0, 9), (limits.ConnectionsPerMinute, limits.RecipientsPerMinute, limits.MessagesInFlight));
        Assert.Equal(1_099_511_627_776, limits.Memory);
        Assert.Equal([IPNetwork.Parse("192.0.2.1/32"), IPNetwork.Parse("2001:db8::/32")], limits.Exempt);
    }

    [Fact]
    public void Each_limit_has_its_default()
    {
        var limits = Load("Limits: { Sessions: 3 }").Limits;

        Assert.Equal((3, 100, 400), (limits.Sessions, limits.SessionsPerAddress, limits.SessionsPerNetwork));
        Assert.Equal(20_000, Load("DataDirectory: d").Limits.Sessions);
        Assert.Equal((600, 6000, 5000), (limits.ConnectionsPerMinute, limits.RecipientsPerMinute, limits.MessagesInFlight));
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, limits.Memory);
        Assert.Equal([IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")], limits.Exempt);
        Assert.Empty(Load("Limits: { Exempt: [] }").Limits.Exempt);
    }

    private NodeSettings Load(string node)
    {
        var result = ConfigurationFile.Load(Write(node));
        Assert.Empty(result.Errors);
        return result.Configuration!.NodeSettings;
    }

    private string Write(string node)
    {
        var path = Path.Combine(_directory, "m.yaml");
        File.WriteAllText(path, $"Node:\n  {node}\n  Hostname: mx1.example.com\n");
        return path;
    }
}
