using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailManager.Smtp.Tests.Client;

public class OwnNameTests
{
    [Theory]
    [InlineData("peer.test", true, true)]
    [InlineData("PEER.test.", true, true)]
    [InlineData("other.test", true, false)]
    [InlineData("peer.test", false, false)]
    public async Task A_server_by_our_own_name_is_a_loop_where_that_is_asked_for(string ourName, bool isAsked, bool isLoop)
    {
        await using var server = new ScriptedSmtpServer();
        server.Script.On("EHLO", "250 peer.test");
        using var clock = new DeadlineClock(TimeProvider.System);
        using var connector = new SmtpConnector(clock, NullLogger.Instance);
        var (connection, _) = await connector.ConnectAsync(server.EndPoint, from: null, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await using (connection)
        {
            var failure = await connection!.OpenAsync(new SmtpClientSettings { Hostname = "egress.test", ServerName = "peer.test", Tls = SmtpClientTls.None, LoopName = isAsked ? ourName : null });

            Assert.Equal(isLoop ? new EnhancedStatus(5, 4, 6) : null, failure?.Status);
        }
    }
}
