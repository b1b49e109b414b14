using System.Net;
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

    [Theory]
    [InlineData("Certificates: { CertificatePath: a.pem, KeyPath: b.pem }", "Certificates: must be a list, not a map")]
    [InlineData("Certificates: [{ CertificatePath: a.pem }]", "Certificates[0]: KeyPath is missing")]
    [InlineData("Certificates: [{ CertificatePath: a.pem, KeyPath: no.pem }]", "Certificates[0].KeyPath: the file 'DIR/no.pem' does not exist")]
    [InlineData("Certificates: [{ CertificatePath: a.pem, KeyPath: b.pem, Names: [x] }]", "Certificates[0]: 'Names' is not a known key; known are CertificatePath, KeyPath")]
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
