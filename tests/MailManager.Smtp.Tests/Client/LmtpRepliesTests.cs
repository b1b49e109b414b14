using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailManager.Smtp.Client;
using MailManager.Smtp.Replies;
using MailManager.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Smtp.Tests.Client;

public class LmtpRepliesTests
{
    [Fact]
    public async Task Each_reply_has_ten_minutes_and_who_gets_none_has_not_got_the_message()
    {
        var time = new FakeTimeProvider();
        await using var server = new ScriptedSmtpServer();
        server.Script.IsLmtp = true;
        server.Script.On(PeerStage.EndOfData, "250 2.1.5 a has it", occurrence: 1).On(PeerStage.EndOfData, new PeerAction.Hang(), occurrence: 2);
        using var clock = new DeadlineClock(time);
        using var connector = new SmtpConnector(clock, NullLogger.Instance);
        var (connection, _) = await connector.ConnectAsync(server.EndPoint, from: null, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await using (connection)
        {
            var heard = new ReplyWatch("a has it");
            await connection!.OpenAsync(new SmtpClientSettings
            {
                Protocol = SmtpClientProtocol.Lmtp,
                Hostname = "mx.test",
                ServerName = "peer.test",
                Observer = heard,
            });
            var content = "Subject: x\r\n\r\nx\r\n"u8.ToArray();
            var sending = connection.SendAsync(new OutgoingMessage
            {
                ReversePath = "s@sender.test",
                Recipients = new[] { "a@example.com", "b@example.com", "c@example.com" },
                Head = content,
                ContentLength = content.Length,
            }).AsTask();
            await heard.Heard.WaitAsync(ScriptedSmtpServer.Patience, TestContext.Current.CancellationToken);
            while (!sending.IsCompleted)
            {
                // Again and again: whether the wait for the next reply has begun yet, nothing says.
                time.Advance(TimeSpan.FromMinutes(10));
                await Task.Yield();
            }

            var result = await sending;
            Assert.False(result.CanContinue);
            Assert.Equal("2.1.5", result.Reply.Status.ToString());
            Assert.Null(result.FailureOf(0));
            Assert.All([1, 2], i => Assert.Equal((SmtpParty.Network, "timed out at end of data"), (result.FailureOf(i)!.Party, result.FailureOf(i)!.Reason)));
        }
    }

    /// <summary>Completes when a reply with some text was read.</summary>
    private sealed class ReplyWatch(string text) : IDialogueObserver
    {
        private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Heard => _heard.Task;

        public void Received(in SmtpReply reply)
        {
            if (reply.ToString().Contains(text, StringComparison.Ordinal))
            {
                _heard.TrySetResult();
            }
        }

        public void Connecting(IPEndPoint address)
        {
        }

        public void Sent(string line)
        {
        }

        public void CertificateSeen(X509Certificate2? certificate, SslPolicyErrors errors, bool isAccepted)
        {
        }

        public void Secured(SslProtocols protocol, TlsCipherSuite suite)
        {
        }

        public void Failed(SmtpFailure failure)
        {
        }
    }
}
