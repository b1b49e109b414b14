using System.Net;
using System.Text;
using MailManager.Mta.Hosting;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;

namespace MailManager.Mta.Tests.Hosting;

public class ProcessTests
{
    private const string Message = "Subject: x\r\n\r\nbody\r\n.\r\n";

    [Fact]
    public async Task A_running_gateway_is_live_and_ready()
    {
        await using var gateway = await Gateway.StartAsync();
        using var http = new HttpClient { BaseAddress = gateway.Management };

        Assert.Equal("live\n", await http.GetStringAsync("health/live"));
        Assert.Equal("ready\n", await http.GetStringAsync("health/ready"));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("other")).StatusCode);
    }

    [Fact]
    public async Task What_a_relay_defers_is_delivered_after_a_restart()
    {
        await using var gateway = await Gateway.StartAsync(retry: "1s");
        gateway.Inside.Script.On("MAIL", "451 4.3.0 Not now", occurrence: 1);
        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com"), StringComparison.Ordinal);

        await gateway.RestartAsync();

        Assert.Equal(["c@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
    }

    [Fact]
    public async Task What_a_relay_refuses_for_one_recipient_is_told_to_the_sender()
    {
        await using var gateway = await Gateway.StartAsync();
        gateway.Inside.Script.On("RCPT", "550 5.1.1 No such user", occurrence: 2);

        Assert.StartsWith("250", await gateway.SendAsync(Message, "a@b.example", "c@example.com", "unknown@example.com"), StringComparison.Ordinal);

        Assert.Equal(["c@example.com"], (await gateway.Inside.WaitForMessagesAsync(1)).Single().Recipients);
        var notification = MimeMessage.Load(new MemoryStream((await gateway.Bounces.WaitForMessagesAsync(1)).Single().Data));
        var status = Assert.IsType<MultipartReport>(notification.Body).OfType<MessageDeliveryStatus>().Single();
        Assert.Equal("rfc822; unknown@example.com", status.StatusGroups[1]["Final-Recipient"]);
        Assert.Contains("550 5.1.1 No such user", status.StatusGroups[1]["Diagnostic-Code"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_does_not_start()
    {
        await using var inside = new ScriptedSmtpServer();
        var directory = Directory.CreateTempSubdirectory("mailmanager-").FullName;
        var configuration = Gateway.Load(Gateway.Text(Gateway.RelayAll, 1000, "1m", inside, inside), directory);
        await using (await MailManagerProcess.StartAsync(configuration, NullLoggerFactory.Instance, TimeProvider.System))
        {
            var fault = await Assert.ThrowsAsync<StartupException>(() => MailManagerProcess.StartAsync(configuration, NullLoggerFactory.Instance, TimeProvider.System));
            Assert.Contains("another process", fault.Message, StringComparison.Ordinal);
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_port_in_use_is_named_and_leaves_nothing_running()
    {
        await using var inside = new ScriptedSmtpServer();
        var directory = Directory.CreateTempSubdirectory("mailmanager-").FullName;
        var text = Gateway.Text(Gateway.RelayAll, 1000, "1m", inside, inside);
        var taken = Gateway.Load(text.Replace("[\"127.0.0.1:0\"]", $"[\"{inside.EndPoint}\"]", StringComparison.Ordinal), directory);

        var fault = await Assert.ThrowsAsync<StartupException>(() => MailManagerProcess.StartAsync(taken, NullLoggerFactory.Instance, TimeProvider.System));

        Assert.Contains(inside.EndPoint.ToString(), fault.Message, StringComparison.Ordinal);
        await using (await MailManagerProcess.StartAsync(Gateway.Load(text, directory), NullLoggerFactory.Instance, TimeProvider.System))
        {
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Rules_that_this_release_cannot_carry_out_stop_the_start_with_their_place()
    {
        var fault = await Assert.ThrowsAsync<StartupException>(() => Gateway.StartAsync("""
                  - Conditions:
                      - VerdictExpression: { Evaluate: { Attribute: SPF }, Operator: EQUALS, Values: [ FAIL ] }
                    Actions:
                      - Archive: { TargetArchive: a-1234 }
            """));

        Assert.Contains("RuleSets[0].Rules[0].Conditions[0]", fault.Message, StringComparison.Ordinal);
        Assert.Contains("RuleSets[0].Rules[0].Actions[0]", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starttls_works_with_the_self_signed_certificate_which_is_kept_private()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var client = await gateway.GreetAsync();

        await client.StartTlsAsync();
        await client.CommandAsync("EHLO client.example");
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@example.com>");
        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);

        var text = Encoding.Latin1.GetString((await gateway.Inside.WaitForMessagesAsync(1)).Single().Data);
        Assert.Contains("(using TLSv1.3 with cipher TLS_", text, StringComparison.Ordinal);
        Assert.Contains(" with ESMTPS id ", text, StringComparison.Ordinal);
    }
}
