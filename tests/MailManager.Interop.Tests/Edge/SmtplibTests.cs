using System.Text.Json;
using System.Text.Json.Nodes;
using MailManager.Interop.Tests.Peers;

namespace MailManager.Interop.Tests.Edge;

/// <summary>Python's smtplib, which checks the server's certificate against its name.</summary>
[Collection(nameof(EdgeCollection))]
public class SmtplibTests(EdgeGateway gateway)
{
    private const string Login = """ "user": "submission", "password": "Corr3ct-Horse+Battery" """;

    [Theory]
    [InlineData(EdgeListener.Plain, "", "ESMTP")]
    [InlineData(EdgeListener.Plain, """ "ca": "{ca}" """, "ESMTPS")]
    [InlineData(EdgeListener.Required, """ "ca": "{ca}" """, "ESMTPS")]
    [InlineData(EdgeListener.Implicit, """ "kind": "SMTP_SSL", "ca": "{ca}" """, "ESMTPS")]
    [InlineData(EdgeListener.Lmtp, """ "kind": "LMTP" """, "LMTP")]
    [InlineData(EdgeListener.Lmtp, """ "kind": "LMTP", "ca": "{ca}" """, "LMTPS")]
    [InlineData(EdgeListener.Submission, """ "ca": "{ca}", "mechanism": "PLAIN", """ + Login, "ESMTPSA")]
    [InlineData(EdgeListener.Submission, """ "ca": "{ca}", "mechanism": "LOGIN", """ + Login, "ESMTPSA")]
    [InlineData(EdgeListener.SubmissionImplicit, """ "kind": "SMTP_SSL", "ca": "{ca}", "mechanism": "PLAIN", """ + Login, "ESMTPSA")]
    [InlineData(EdgeListener.SubmissionLmtp, """ "kind": "LMTP", "ca": "{ca}", "mechanism": "PLAIN", """ + Login, "LMTPSA")]
    [InlineData(EdgeListener.Mutual, """ "ca": "{ca}", "cert": "{cert}", "key": "{key}" """, "ESMTPS")]
    [InlineData(EdgeListener.MutualImplicit, """ "kind": "SMTP_SSL", "ca": "{ca}", "cert": "{cert}", "key": "{key}" """, "ESMTPS")]
    [InlineData(EdgeListener.Plain, """ "chunk": 7 """, "ESMTP")]
    [InlineData(EdgeListener.Implicit, """ "kind": "SMTP_SSL", "ca": "{ca}", "chunk": 1000 """, "ESMTPS")]
    [InlineData(EdgeListener.Plain, """ "mail": [ "SMTPUTF8" ], "from": "j\u00fcrgen@b\u00fccher.example", "to": [ "b\u00f6b@b\u00fccher.example" ] """, "UTF8SMTP")]
    [InlineData(EdgeListener.Plain, """ "mail": [ "SMTPUTF8" ], "to": [ "b\u00f6b@b\u00fccher.example" ], "ca": "{ca}" """, "UTF8SMTPS")]
    public async Task A_message_arrives_once_and_whole(EdgeListener listener, string options, string with)
    {
        var token = Token.Next();

        await RunAsync(0, listener, options, token);

        var arrived = (await gateway.ArrivedAsync(token)).Came(with, "smtplib.example").EndsWith($"body of {token}\r\n.leading dot\r\n");
        Assert.Equal(options.Contains("{cert}", StringComparison.Ordinal), arrived.Text.Contains("X-Partner: device-7\r\n", StringComparison.Ordinal));
        if (with.StartsWith("UTF8", StringComparison.Ordinal))
        {
            Assert.Contains(arrived.Session.Commands, command => command.StartsWith("MAIL FROM:", StringComparison.Ordinal) && command.Contains(" SMTPUTF8", StringComparison.Ordinal));

            // The catcher keeps octets of commands as Latin-1.
            Assert.Contains("b\u00c3\u00b6b@", arrived.Message.Recipients.Single(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(EdgeListener.Submission, """ "ca": "{ca}", "mechanism": "LOGIN", "user": "nobody", "password": "wrong-password" """, "535, b'5.7.8 ")]
    [InlineData(EdgeListener.Submission, """ "ca": "{ca}" """, "530, b'5.7.0 ")]
    [InlineData(EdgeListener.Required, "", "530, b'5.7.0 ")]
    [InlineData(EdgeListener.Plain, """ "to": [ "bob@elsewhere.example" ] """, "SMTPRecipientsRefused")]
    public async Task What_is_not_allowed_is_refused_and_does_not_arrive(EdgeListener listener, string options, string reason)
    {
        var token = Token.Next();

        Assert.Contains(reason, await RunAsync(1, listener, options, token), StringComparison.Ordinal);

        await gateway.AssertNothingArrivedAsync(token);
    }

    private Task<string> RunAsync(int exitCode, EdgeListener listener, string options, string token)
    {
        var filled = options.Replace("{ca}", gateway.AuthorityFile, StringComparison.Ordinal)
            .Replace("{cert}", gateway.Partner.Certificate, StringComparison.Ordinal).Replace("{key}", gateway.Partner.Key, StringComparison.Ordinal);
        var all = new JsonObject
        {
            ["port"] = gateway.Port(listener),
            ["from"] = "ann@sender.example",
            ["to"] = new JsonArray("bob@example.com"),
            ["message"] = $"Subject: {token}\n\nbody of {token}\n.leading dot\n",
        };
        foreach (var (name, value) in JsonNode.Parse("{" + filled + "}")!.AsObject())
        {
            all[name] = value?.DeepClone();
        }

        return ChildProcess.RunAsync(exitCode, "python3", Programs.Client("send.py"), all.ToJsonString(JsonSerializerOptions.Default));
    }
}
