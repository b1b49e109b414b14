using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using MailManager.Delivery.Dns;
using MailManager.Delivery.MtaSts;
using MailManager.Delivery.Tests.Harness;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Delivery.Tests.MtaSts;

public sealed class StsPoliciesTests : IAsyncLifetime
{
    private const string Record = "_mta-sts.sender.test";

    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly FakeTimeProvider _time = new(TestAuthority.Now);
    private readonly ScriptedDnsServer _dns = new();
    private readonly TestAuthority _root = TestAuthority.CreateRoot();
    private readonly X509Certificate2 _certificate;
    private HttpsHost _host = null!;

    public StsPoliciesTests()
    {
        _certificate = _root.IssueServer("mta-sts.sender.test");
        _dns.Text(Record, "v=STSv1; id=1").Address("mta-sts.sender.test", "127.0.0.1");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await HttpsHost.StartAsync(_certificate);
        _host.Answer = PolicyAnswer.Of(Text("enforce", 100_000));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _dns.DisposeAsync();
        _certificate.Dispose();
        _root.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Another_id_brings_another_policy_and_a_failure_leaves_the_old_one()
    {
        await using var policies = Open();
        Assert.Equal(StsMode.Enforce, await ModeAsync(policies));
        _host.Answer = PolicyAnswer.Of(Text("testing", 100_000));
        Assert.Equal(StsMode.Enforce, await ModeAsync(policies));
        Assert.Equal(1, _host.Requests);

        ChangeId("2");
        Assert.Equal(StsMode.Testing, await ModeAsync(policies));
        _host.Answer = HttpsHost.Status(503);
        ChangeId("3");
        Assert.Equal(StsMode.Testing, await ModeAsync(policies));
        Assert.Equal(3, _host.Requests);

        // Once in five minutes.
        Assert.Equal(StsMode.Testing, await ModeAsync(policies));
        Assert.Equal(3, _host.Requests);
        _time.Advance(StsPolicies.Rest);
        Assert.Equal(StsMode.Testing, await ModeAsync(policies));
        Assert.Equal(4, _host.Requests);
    }

    [Fact]
    public async Task A_policy_holds_without_its_record_until_it_ends()
    {
        await using var policies = Open();
        Assert.Equal(StsMode.Enforce, await ModeAsync(policies));
        _dns.Forget(Record);
        _time.Advance(TimeSpan.FromSeconds(99_999));
        Assert.Equal(StsMode.Enforce, await ModeAsync(policies));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await ModeAsync(policies));
    }

    [Fact]
    public async Task It_is_fetched_again_in_the_background_and_holds_longer_then()
    {
        await using var policies = Open();
        Assert.Equal(StsMode.Enforce, await ModeAsync(policies));
        await _host.WaitAsync();
        await policies.RefreshAsync();
        Assert.Equal(1, _host.Requests);

        // After half of its time, by the clock and by nobody's wish.
        _time.Advance(TimeSpan.FromSeconds(50_000));
        await _host.WaitAsync();

        // Joins the fetch under way, so that the clock stands until it has ended.
        await policies.RefreshAsync();
        Assert.Equal(2, _host.Requests);
        _time.Advance(TimeSpan.FromSeconds(51_000));
        _dns.Fail(Record);
        Assert.Equal(StsMode.Enforce, await ModeAsync(policies));
    }

    [Fact]
    public async Task What_has_ended_is_gone_from_the_disk_too()
    {
        await using var policies = Open();
        Assert.Equal(StsMode.Enforce, await ModeAsync(policies));
        Assert.Equal("sender.test.policy", Path.GetFileName(Assert.Single(Directory.GetFiles(_directory))));
        _dns.Forget(Record);
        _time.Advance(TimeSpan.FromSeconds(100_000));
        await policies.RefreshAsync();
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Theory]
    [InlineData("404")]
    [InlineData("301")]
    [InlineData("type")]
    [InlineData("long")]
    [InlineData("text")]
    [InlineData("name")]
    [InlineData("root")]
    [InlineData("private")]
    [InlineData("unknown")]
    public async Task A_policy_that_must_not_be_believed_is_not(string what)
    {
        var elsewhere = $"https://mta-sts.sender.test:{_host.Port}/.well-known/mta-sts.txt";
        var redirect = HttpsHost.Status(301, elsewhere);
        var policy = PolicyAnswer.Of(Text("enforce", 100_000));
        using var other = _root.IssueServer("sender.test");
        if (what == "name")
        {
            await _host.DisposeAsync();
            _host = await HttpsHost.StartAsync(other);
        }

        _host.Answer = what switch
        {
            "404" => HttpsHost.Status(404),
            "301" => context => _host.Requests == 1 ? redirect(context) : policy(context),
            "type" => PolicyAnswer.Of(Text("enforce", 100_000), "text/html"),
            "long" => PolicyAnswer.Of(Text("enforce", 100_000) + new string('\n', PolicyFetcher.MaxLength)),
            "text" => PolicyAnswer.Of("version: STSv1\n"),
            _ => policy,
        };
        if (what == "unknown")
        {
            _dns.Forget("mta-sts.sender.test");
        }

        await using var policies = Open(options => what switch
        {
            "root" => options with { TrustedRoots = null },
            "private" => options with { Mx = options.Mx with { AllowPrivateTargets = false } },
            _ => options,
        });
        Assert.Null(await ModeAsync(policies));
        Assert.Equal(what is "name" or "root" or "private" or "unknown" ? 0 : 1, _host.Requests);
    }

    [Fact]
    public async Task A_policy_of_64_kib_is_taken()
    {
        var text = Text("enforce", 100_000);
        _host.Answer = PolicyAnswer.Of(text + new string('\n', PolicyFetcher.MaxLength - text.Length));
        await using var policies = Open();
        Assert.Equal(StsMode.Enforce, await ModeAsync(policies));
    }

    [Fact]
    public async Task A_host_that_does_not_answer_is_given_up_after_a_minute()
    {
        _host.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        await using var policies = Open();
        var finding = ModeAsync(policies);
        await _host.WaitAsync();
        _time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
        Assert.False(finding.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await finding);
    }

    [Theory]
    [InlineData("[192.0.2.1]")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task What_is_no_name_has_no_policy(string domain)
    {
        await using var policies = Open();
        Assert.Null((await policies.FindAsync(domain, Stop)).Policy);
        Assert.Empty(_dns.Questions);
    }

    [Fact]
    public void Those_not_used_for_the_longest_time_make_room()
    {
        var files = new StsFiles(_directory, NullLogger.Instance);
        var cache = new StsCache(files, _time, 20 * Entry("d00.test").Weight);
        for (var i = 0; i < 21; i++)
        {
            cache.Put(Entry(string.Create(CultureInfo.InvariantCulture, $"d{i:D2}.test")));
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.NotNull(cache.Find("d00.test"));
        }

        string[] kept = ["d00.test", .. Enumerable.Range(4, 17).Select(i => string.Create(CultureInfo.InvariantCulture, $"d{i:D2}.test"))];
        Assert.Equal(kept, files.ReadAll().Select(entry => entry.Domain).Order(StringComparer.Ordinal));
        Assert.Null(cache.Find("d03.test"));
    }

    private static string Text(string mode, int seconds) => $"version: STSv1\nmode: {mode}\nmx: host.test\nmax_age: {seconds}\n";

    private StsEntry Entry(string domain) => new()
    {
        Domain = domain,
        Id = "1",
        FetchedAt = _time.GetUtcNow(),
        Policy = new StsPolicy { Mode = StsMode.Enforce, Patterns = ["host.test"], MaxAge = TimeSpan.FromDays(7) },
    };

    private static async Task<StsMode?> ModeAsync(StsPolicies policies) => (await policies.FindAsync("Sender.test", Stop)).Policy?.Mode;

    /// <summary>And waits until the resolver has forgotten the old one.</summary>
    private void ChangeId(string id)
    {
        _dns.Forget(Record).Text(Record, $"v=STSv1; id={id}");
        _time.Advance(TimeSpan.FromSeconds(61));
    }

    private StsPolicies Open(Func<DeliveryOptions, DeliveryOptions>? configure = null)
    {
        var options = new DeliveryOptions
        {
            Hostname = "mx.test",
            TrustedRoots = [_root.Certificate],
            MtaSts = new MtaStsOptions { Directory = _directory, Port = _host.Port },
            Mx = new MxOptions { NameServers = [_dns.EndPoint], AllowPrivateTargets = true },
        };
        options = configure?.Invoke(options) ?? options;
        return new StsPolicies(new DnsResolver(options.Mx, _time), options, _time, NullLogger.Instance);
    }
}
