using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using MailManager.Delivery.Dns;
using MailManager.Delivery.Tests.Harness;
using MailManager.Delivery.Tests.MtaSts;
using MailManager.Delivery.TlsReports;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MimeKit;

namespace MailManager.Delivery.Tests.TlsReports;

/// <summary>Reports, as those who collect them get them.</summary>
public sealed class TlsReporterTests : IAsyncLifetime
{
    private const string Wishes = "_smtp._tls.sender.test";

    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ScriptedDnsServer _dns = new();
    private readonly TestAuthority _root = TestAuthority.CreateRoot();
    private readonly RecordingQueue _queue = new();
    private readonly ConcurrentQueue<(string? Type, byte[] Body)> _posts = new();
    private X509Certificate2 _certificate = null!;
    private HttpsHost _collector = null!;
    private int _status = 200;

    public async ValueTask InitializeAsync()
    {
        _certificate = _root.IssueServer("collector.test");
        _collector = await HttpsHost.StartAsync(_certificate);
        _dns.Address("collector.test", "127.0.0.1");
        _collector.Answer = async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            if (context.Request is { Method: "POST", Path.Value: "/take" })
            {
                _posts.Enqueue((context.Request.ContentType, body.ToArray()));
            }

            context.Response.StatusCode = _status;
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        await _dns.DisposeAsync();
        _certificate.Dispose();
        _root.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_report_by_mail_has_the_form_of_the_rfc()
    {
        _dns.Text(Wishes, "v=TLSRPTv1; rua=mailto:tls%2Breports@sender.test");
        await using var reporter = Open();
        RecordSome(reporter);
        _time.Advance(TimeSpan.FromDays(1));
        await reporter.TickAsync();
        var (queued, content) = Assert.Single(_queue.Accepted);
        Assert.Equal("", queued.Envelope.ReversePath);
        var instructions = Assert.Single(queued.Deliveries);
        Assert.Equal(("mx:sender.test", "", true, false), (instructions.Destination, instructions.ReversePath, instructions.MaySign, instructions.IsSubmission));
        Assert.Equal(["tls+reports@sender.test"], instructions.Recipients);
        Assert.True(instructions.Prefix.IsEmpty);
        Assert.DoesNotContain(content, octet => octet >= 0x80);
        var message = await MimeMessage.LoadAsync(new MemoryStream(content), TestContext.Current.CancellationToken);
        Assert.Equal("reports@mx.test", Assert.Single(message.From.Mailboxes).Address);
        Assert.Equal("tls+reports@sender.test", Assert.Single(message.To.Mailboxes).Address);
        Assert.Equal("sender.test", message.Headers["TLS-Report-Domain"]);
        Assert.Equal("mx.test", message.Headers["TLS-Report-Submitter"]);
        Assert.Equal("No", message.Headers["TLS-Required"]);
        Assert.Equal("Report Domain: sender.test Submitter: mx.test Report-ID: <2026-03-01.sender.test@mx.test>", message.Subject);
        var report = Assert.IsType<MultipartReport>(message.Body);
        Assert.Equal("tlsrpt", report.ReportType);
        Assert.Equal("text/plain", report[0].ContentType.MimeType);
        var part = Assert.IsType<MimePart>(report[1]);
        Assert.Equal("application/tlsrpt+gzip", part.ContentType.MimeType);
        Assert.Equal("mx.test!sender.test!1772323200!1772409599.json.gz", part.FileName);
        using var octets = new MemoryStream();
        await part.Content!.DecodeToAsync(octets, TestContext.Current.CancellationToken);
        CheckReport(octets.ToArray());
    }

    [Fact]
    public async Task A_report_by_https_is_posted()
    {
        _dns.Text(Wishes, $"v=TLSRPTv1;rua=https://collector.test:{_collector.Port}/take");
        await using var reporter = Open();
        RecordSome(reporter);
        _time.Advance(TimeSpan.FromDays(1));
        await reporter.TickAsync();
        var (type, body) = Assert.Single(_posts);
        Assert.Equal("application/tlsrpt+gzip", type);
        CheckReport(body);
        Assert.Empty(_queue.Accepted);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task It_goes_after_midnight_and_the_delay_and_once()
    {
        _dns.Text(Wishes, "v=TLSRPTv1; rua=mailto:a@sender.test");
        await using var reporter = Open(random: 0.5);
        RecordSome(reporter);
        _time.Advance(TimeSpan.FromHours(12 + 1.9));
        await reporter.TickAsync();
        Assert.Empty(_queue.Accepted);
        RecordSome(reporter);
        _time.Advance(TimeSpan.FromHours(0.2));
        await reporter.TickAsync();
        Assert.Single(_queue.Accepted);
        _time.Advance(TimeSpan.FromHours(5));
        await reporter.TickAsync();
        Assert.Single(_queue.Accepted);

        // What has happened since midnight is the next day's.
        _time.Advance(TimeSpan.FromHours(20));
        await reporter.TickAsync();
        Assert.Equal(2, _queue.Accepted.Count);
    }

    [Fact]
    public async Task What_was_counted_outlives_a_restart_and_a_crash_after_a_minute()
    {
        _dns.Text(Wishes, "v=TLSRPTv1; rua=mailto:a@sender.test");
        await using var crashed = Open(time: new FakeTimeProvider(_time.GetUtcNow()));
        RecordSome(crashed);
        await crashed.TickAsync();
        await File.WriteAllTextAsync(Path.Combine(_directory, "2026-02-28.json"), "{ damaged", TestContext.Current.CancellationToken);
        _time.Advance(TimeSpan.FromDays(1));
        await using (var reporter = Open())
        {
            await reporter.TickAsync();
        }

        Assert.Single(_queue.Accepted);
    }

    [Fact]
    public async Task What_nobody_takes_is_tried_each_hour_for_a_day()
    {
        _dns.Text(Wishes, $"v=TLSRPTv1; rua=https://collector.test:{_collector.Port}/take");
        _status = 500;
        await using var reporter = Open();
        RecordSome(reporter);
        _time.Advance(TimeSpan.FromHours(12));
        await reporter.TickAsync();
        await reporter.TickAsync();
        Assert.Single(_posts);
        for (var hour = 1; hour < 30; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            await reporter.TickAsync();
        }

        Assert.Equal(24, _posts.Count);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task A_domain_whose_wishes_cannot_be_looked_up_is_asked_again()
    {
        _dns.Fail(Wishes);
        await using var reporter = Open();
        RecordSome(reporter);
        _time.Advance(TimeSpan.FromHours(12));
        await reporter.TickAsync();
        _dns.Recover(Wishes).Text(Wishes, "v=TLSRPTv1; rua=mailto:a@sender.test");
        _time.Advance(TimeSpan.FromHours(1));
        await reporter.TickAsync();
        Assert.Single(_queue.Accepted);
    }

    [Fact]
    public async Task A_domain_that_wants_no_report_gets_none_and_is_forgotten()
    {
        await using var reporter = Open();
        RecordSome(reporter);
        _time.Advance(TimeSpan.FromHours(12));
        await reporter.TickAsync();
        Assert.Empty(_queue.Accepted);
        Assert.Empty(_posts);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Private_addresses_and_bad_certificates_are_not_posted_to(bool isPrivate)
    {
        _dns.Address("other.test", "127.0.0.1").Text(Wishes, $"v=TLSRPTv1; rua=https://{(isPrivate ? "collector" : "other")}.test:{_collector.Port}/take");
        await using var reporter = Open(allowsPrivate: !isPrivate);
        RecordSome(reporter);
        _time.Advance(TimeSpan.FromHours(12));
        await reporter.TickAsync();
        Assert.Empty(_posts);
    }

    [Theory]
    [InlineData("", "v=TLSRPTv1")]
    [InlineData("", "v=TLSRPTv2; rua=mailto:a@b.test")]
    [InlineData("", "v=TLSRPTv1; rua=ftp://b.test/,mailto:,mailto:nobody,https:///,mailto:a@b.test?subject=x")]
    [InlineData("", "v=TLSRPTv1; rua=mailto:a@b.test", "v=TLSRPTv1; rua=mailto:a@b.test")]
    [InlineData("mailto:a@b.test", "v=TLSRPTv1; rua=mailto:a@b.test", "v=spf1 -all")]
    [InlineData("mailto:a@b.test https://c.test/x", "v=TLSRPTv1; extra=1; rua=mailto:a@b.test, https://c.test/x ;")]
    [InlineData("", "v=TLSRPTv1; rua=mailto:a%0d%0ab@b.test")]
    public void Wishes_are_read_as_they_are_written(string addresses, params string[] records) =>
        Assert.Equal(addresses, string.Join(' ', TlsReportRecord.Read(records).Select(address => address.OriginalString)));

    [Fact]
    public void What_is_counted_is_bounded()
    {
        var days = new TlsDays(_time);
        for (var i = 0; i < 200; i++)
        {
            days.Record(new TlsSession(new TlsPolicy("a.test", TlsPolicyType.Tlsa, "host.test"), $"{i}.test", TlsResult.ValidationFailure));
            days.Record(new TlsSession(new TlsPolicy("b.test", TlsPolicyType.Tlsa, $"{i}.test"), "host.test", null));
        }

        for (var i = 0; i < TlsDays.MaxDomains + 10; i++)
        {
            days.Record(new TlsSession(TlsPolicy.None($"{i}.test"), "host.test", null));
        }

        var date = new DateOnly(2026, 3, 1);
        var one = Assert.Single(days.Find(date, "a.test")!);
        Assert.Equal((200, TlsDays.MaxDetails), (one.Failures, one.Details.Count));
        Assert.Equal(TlsDays.MaxPolicies, days.Find(date, "b.test")!.Count);
        Assert.Equal(TlsDays.MaxDomains, days.DomainsOf(date).Length);
    }

    [Fact]
    public void Every_report_is_one_by_the_rfc() =>
        Gen.Select(Gen.Int[0, 2], Gen.String, Gen.Int[0, 8].Array[0, 10], Gen.Bool).Sample((type, text, results, hasPolicy) =>
        {
            var days = new TlsDays(_time);
            var policy = new TlsPolicy("sender.test", (TlsPolicyType)type, "host.test") { Strings = hasPolicy ? [text] : [], Hosts = hasPolicy ? ["*.test"] : [] };
            foreach (var result in results)
            {
                days.Record(new TlsSession(policy, "host.test", (TlsResult)result) { Reason = text });
            }

            days.Record(new TlsSession(policy, "host.test", null));
            var report = new TlsReport(Options(0).TlsReports!, "mx.test", new DateOnly(2026, 3, 1), "sender.test", days.Find(new DateOnly(2026, 3, 1), "sender.test")!);
            var summary = ReportSchema.Check(report.ToJson()).GetProperty("policies")[0].GetProperty("summary");
            Assert.Equal((1, results.Length), (summary.GetProperty("total-successful-session-count").GetInt32(), summary.GetProperty("total-failure-session-count").GetInt32()));
        });

    private static void RecordSome(TlsReporter reporter)
    {
        var policy = new TlsPolicy("sender.test", TlsPolicyType.Sts, "sender.test") { Strings = ["version: STSv1", "mode: testing"], Hosts = ["*.sender.test"] };
        for (var i = 0; i < 3; i++)
        {
            reporter.Record(new TlsSession(policy, "mx.sender.test", null));
        }

        for (var i = 0; i < 2; i++)
        {
            reporter.Record(new TlsSession(policy, "mx.sender.test", TlsResult.CertificateExpired)
            {
                Reason = "expired",
                SendingAddress = IPAddress.Parse("192.0.2.1"),
                ReceivingAddress = IPAddress.Parse("2001:db8::1"),
            });
        }
    }

    private static void CheckReport(byte[] compressed)
    {
        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var json = new MemoryStream();
        gzip.CopyTo(json);
        var root = ReportSchema.Check(json.ToArray());
        Assert.Equal("Test & Co", root.GetProperty("organization-name").GetString());
        Assert.Equal("ask@mx.test", root.GetProperty("contact-info").GetString());
        Assert.Equal("2026-03-01.sender.test@mx.test", root.GetProperty("report-id").GetString());
        Assert.Equal(
            """{"start-datetime":"2026-03-01T00:00:00Z","end-datetime":"2026-03-01T23:59:59Z"}""",
            root.GetProperty("date-range").GetRawText());
        Assert.Equal(
            """{"policy":{"policy-type":"sts","policy-string":["version: STSv1","mode: testing"],"policy-domain":"sender.test","mx-host":["*.sender.test"]}"""
            + ""","summary":{"total-successful-session-count":3,"total-failure-session-count":2}"""
            + ""","failure-details":[{"result-type":"certificate-expired","sending-mta-ip":"192.0.2.1","receiving-mx-hostname":"mx.sender.test" """.TrimEnd()
            + ""","receiving-ip":"2001:db8::1","failure-reason-code":"expired","failed-session-count":2}]}""",
            Assert.Single(root.GetProperty("policies").EnumerateArray()).GetRawText());
    }

    private DeliveryOptions Options(int port, bool allowsPrivate = true) => new()
    {
        Hostname = "mx.test",
        TrustedRoots = [_root.Certificate],
        Mx = new MxOptions { NameServers = port == 0 ? [] : [_dns.EndPoint], AllowPrivateTargets = allowsPrivate },
        TlsReports = new TlsReportOptions { Directory = _directory, From = "reports@mx.test", OrganizationName = "Test & Co", ContactInfo = "ask@mx.test" },
    };

    private TlsReporter Open(double random = 0, bool allowsPrivate = true, FakeTimeProvider? time = null)
    {
        var options = Options(1, allowsPrivate);
        return new TlsReporter(new DnsResolver(options.Mx, time ?? _time), _queue, options, time ?? _time, NullLogger.Instance, random);
    }
}
