using System.Text.Json.Nodes;
using MailManager.Interop.Tests.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>nodemailer, which checks the server's certificate against its name.</summary>
[Collection(nameof(EdgeCollection))]
public class NodemailerTests(EdgeGateway gateway)
{
    private const string Clear = """ "ignoreTLS": true """;
    private const string StartTls = """ "requireTLS": true """;
    private const string Implicit = """ "secure": true """;
    private const string Login = """, "auth": { "user": "submission", "pass": "Corr3ct-Horse+Battery" } """;

    [Theory]
    [InlineData(EdgeListener.Plain, Clear, "", "ESMTP")]
    [InlineData(EdgeListener.Plain, StartTls, "", "ESMTPS")]
    [InlineData(EdgeListener.Required, StartTls, "", "ESMTPS")]
    [InlineData(EdgeListener.Implicit, Implicit, "", "ESMTPS")]
    [InlineData(EdgeListener.Lmtp, Clear + """, "lmtp": true """, "", "LMTP")]
    [InlineData(EdgeListener.LmtpImplicit, Implicit + """, "lmtp": true """, "", "LMTPS")]
    [InlineData(EdgeListener.Submission, StartTls + """, "authMethod": "PLAIN" """ + Login, "", "ESMTPSA")]
    [InlineData(EdgeListener.Submission, StartTls + """, "authMethod": "LOGIN" """ + Login, "", "ESMTPSA")]
    [InlineData(EdgeListener.SubmissionImplicit, Implicit + Login, "", "ESMTPSA")]
    [InlineData(EdgeListener.Mutual, StartTls, "{partner}", "ESMTPS")]
    [InlineData(EdgeListener.MutualImplicit, Implicit, "{partner}", "ESMTPS")]
    [InlineData(EdgeListener.Plain, Clear, """ "to": "b\u00f6b@b\u00fccher.example" """, "UTF8SMTP")]
    [InlineData(EdgeListener.Plain, StartTls, """ "dsn": { "id": "batch-7", "return": "headers", "notify": ["success", "delay"], "recipient": "ann@sender.example" } """, "ESMTPS")]
    public async Task A_message_arrives_once_and_whole(EdgeListener listener, string transport, string message, string with)
    {
        var token = Token.Next();

        Assert.StartsWith("250 2.0.0 ", await RunAsync(0, listener, transport, message, token), StringComparison.Ordinal);

        var arrived = (await gateway.ArrivedAsync(token)).Came(with, "nodemailer.example").EndsWith($"body of {token}\r\n.leading dot\r\n");
        Assert.Equal(message == "{partner}", arrived.Text.Contains("X-Partner: device-7\r\n", StringComparison.Ordinal));
        if (message.Contains("dsn", StringComparison.Ordinal))
        {
            Assert.Contains(arrived.Session.Commands, command => command.Contains(" RET=HDRS ENVID=batch-7", StringComparison.Ordinal));
            Assert.Contains(
                arrived.Session.Commands,
                command => command.StartsWith("RCPT TO:<bob@example.com> ", StringComparison.Ordinal)
                    && command.Contains(" NOTIFY=SUCCESS,DELAY", StringComparison.Ordinal) && command.Contains(" ORCPT=rfc822;ann@sender.example", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(EdgeListener.Submission, StartTls + """, "localAddress": "127.0.0.43", "auth": { "user": "tablet", "pass": "wrong-password" } """, "EAUTH")]
    [InlineData(EdgeListener.Submission, StartTls, "530 5.7.0 ")]
    [InlineData(EdgeListener.Required, Clear, "530 5.7.0 ")]
    public async Task What_is_not_allowed_is_refused_and_does_not_arrive(EdgeListener listener, string transport, string reason)
    {
        var token = Token.Next();

        Assert.Contains(reason, await RunAsync(1, listener, transport, "", token), StringComparison.Ordinal);

        await gateway.AssertNothingArrivedAsync(token);
    }

    private async Task<string> RunAsync(int exitCode, EdgeListener listener, string transport, string message, string token)
    {
        var tls = new JsonObject { ["ca"] = await File.ReadAllTextAsync(gateway.AuthorityFile), ["servername"] = "mx.example.com" };
        if (message == "{partner}")
        {
            message = "";
            tls["cert"] = await File.ReadAllTextAsync(gateway.Partner.Certificate);
            tls["key"] = await File.ReadAllTextAsync(gateway.Partner.Key);
        }

        var options = JsonNode.Parse("{" + transport + "}")!.AsObject();
        options["host"] = "127.0.0.1";
        options["port"] = gateway.Port(listener);
        options["name"] = "nodemailer.example";
        options["tls"] = tls;
        var content = JsonNode.Parse("{" + message + "}")!.AsObject();
        content.TryAdd("to", "bob@example.com");
        content["from"] = "ann@sender.example";
        content["subject"] = token;
        content["text"] = $"body of {token}\r\n.leading dot\r\n";
        var all = new JsonObject { ["transport"] = options, ["message"] = content };
        return await ChildProcess.RunAsync(
            exitCode, "env", $"NODE_PATH={Programs.NodeModules}", "node", Programs.Client("nodemailer/send.cjs"), all.ToJsonString());
    }
}
