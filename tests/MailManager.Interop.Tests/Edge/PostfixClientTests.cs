using System.Net;
using System.Text;
using MailManager.Interop.Tests.Peers;
using MailManager.TestKit.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>Postfix's smtp and lmtp clients, one transport for each way into the gateway; the recipient chooses it.</summary>
[Collection(nameof(EdgeCollection))]
public class PostfixClientTests(EdgeGateway gateway)
{
    private const string Encrypt = "-o smtp_tls_security_level=encrypt";
    private const string Sasl = " -o smtp_sasl_auth_enable=yes -o smtp_sasl_security_options=noanonymous -o smtp_sasl_password_maps=static:submission:"
        + EdgeGateway.Password + " -o smtp_sasl_mechanism_filter=";

    private static readonly (string Recipient, EdgeListener Listener, string Client, string Options, string With)[] Ways =
    [
        ("plain", EdgeListener.Plain, "smtp", "-o smtp_tls_security_level=none", "ESMTP"),
        ("starttls", EdgeListener.Required, "smtp", Encrypt, "ESMTPS"),
        ("secure", EdgeListener.Plain, "smtp", "-o smtp_tls_security_level=secure -o smtp_tls_secure_cert_match=mx.example.com", "ESMTPS"),
        ("implicit", EdgeListener.Implicit, "smtp", Encrypt + " -o smtp_tls_wrappermode=yes", "ESMTPS"),
        ("auth-plain", EdgeListener.Submission, "smtp", Encrypt + Sasl + "plain", "ESMTPSA"),
        ("auth-login", EdgeListener.Submission, "smtp", Encrypt + Sasl + "login", "ESMTPSA"),
        ("auth-scram", EdgeListener.Submission, "smtp", Encrypt + Sasl + "scram-sha-256", "ESMTPSA"),
        ("auth-implicit", EdgeListener.SubmissionImplicit, "smtp", Encrypt + " -o smtp_tls_wrappermode=yes" + Sasl + "scram-sha-256", "ESMTPSA"),
        ("mutual", EdgeListener.Mutual, "smtp", Encrypt + " -o smtp_tls_cert_file={cert} -o smtp_tls_key_file={key}", "ESMTPS"),
        ("lmtp", EdgeListener.Lmtp, "lmtp", "-o lmtp_tls_security_level=none", "LMTP"),
        ("lmtp-starttls", EdgeListener.Lmtp, "lmtp", "-o lmtp_tls_security_level=encrypt", "LMTPS"),
    ];

    [Fact]
    public async Task Each_way_delivers_once_and_whole_with_its_DSN_options()
    {
        using var directory = new TemporaryDirectory();
        var postfix = Path.Combine(directory.Path, "postfix");
        Directory.CreateDirectory(postfix);
        var main = new StringBuilder($"smtp_tls_CAfile = {gateway.AuthorityFile}\nsmtp_sasl_type = cyrus\ntransport_maps = inline:{{");
        var master = new StringBuilder();
        foreach (var (recipient, listener, client, options, _) in Ways)
        {
            main.Append($" {recipient}@example.com=way-{recipient}:[127.0.0.1]:{gateway.Port(listener)}");
            var filled = options.Replace("{cert}", gateway.Partner.Certificate, StringComparison.Ordinal).Replace("{key}", gateway.Partner.Key, StringComparison.Ordinal);
            master.Append($"way-{recipient} unix - - n - - {client} {filled}\n");
        }

        await File.WriteAllTextAsync(Path.Combine(postfix, "main.add"), main.Append(" }\n").ToString());
        await File.WriteAllTextAsync(Path.Combine(postfix, "master.add"), master.ToString());
        var port = FreePort.Next();
        await using var instance = ChildProcess.Start(
            "bash", Programs.PostfixInstance, postfix, $"{port}", $"{gateway.Port(EdgeListener.Plain)}");
        await FreePort.AnswersAsync(port, instance);
        var token = Token.Next();
        await using (var sender = await RawSmtpClient.GreetAsync(new IPEndPoint(IPAddress.Loopback, port)))
        {
            foreach (var (recipient, _, _, _, _) in Ways)
            {
                Assert.StartsWith("250", await sender.CommandAsync($"MAIL FROM:<ann@sender.example> RET=HDRS ENVID=batch+2B{recipient}"), StringComparison.Ordinal);
                Assert.StartsWith(
                    "250",
                    await sender.CommandAsync($"RCPT TO:<{recipient}@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;first+2B{recipient}@example.com"),
                    StringComparison.Ordinal);
                Assert.StartsWith(
                    "250", await sender.DataAsync($"Subject: {token}-{recipient}.\r\n\r\nbody of {token}\r\n..leading dot\r\n.\r\n"), StringComparison.Ordinal);
            }
        }

        foreach (var (recipient, _, _, _, with) in Ways)
        {
            var arrived = await ArrivedAsync($"{token}-{recipient}.", Path.Combine(postfix, "mail.log"));
            arrived.Came(with, "postfix.test").EndsWith($"body of {token}\r\n.leading dot\r\n");
            Assert.Equal(recipient == "mutual", arrived.Text.Contains("X-Partner: device-7\r\n", StringComparison.Ordinal));
            Assert.Contains(arrived.Session.Commands, command => command.EndsWith($" RET=HDRS ENVID=batch+2B{recipient}", StringComparison.Ordinal));
            Assert.Contains(
                arrived.Session.Commands,
                command => command == $"RCPT TO:<{recipient}@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;first+2B{recipient}@example.com");
        }
    }

    private async Task<ArrivedMessage> ArrivedAsync(string token, string log)
    {
        try
        {
            return await gateway.ArrivedAsync(token);
        }
        catch (Xunit.Sdk.XunitException fault)
        {
            throw new Xunit.Sdk.XunitException(await File.ReadAllTextAsync(log), fault);
        }
    }
}
