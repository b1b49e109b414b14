using System.Text;
using MailManager.Mta.Tests.Hosting;
using MailManager.TestKit.Peers;

namespace MailManager.Mta.Tests.Edge;

/// <summary>An ingress point of type AUTH, from the configuration to the reply.</summary>
public class LoginTests
{
    private const string Message = "Subject: x\r\n\r\nbody\r\n.\r\n";

    [Fact]
    public async Task Auth_exists_under_tls_only_and_mail_needs_it()
    {
        await using var gateway = await StartAsync("old-password");
        await using var client = await RawSmtpClient.ConnectAsync(gateway.EndPoint);
        await client.ReadReplyAsync();
        Assert.DoesNotContain("AUTH", await client.CommandAsync("EHLO client.example"), StringComparison.Ordinal);
        Assert.StartsWith("530 5.7.0", await client.CommandAsync(Plain("front-door", "old-password")), StringComparison.Ordinal);
        await client.StartTlsAsync();

        Assert.Contains("AUTH SCRAM-SHA-256", await client.CommandAsync("EHLO client.example"), StringComparison.Ordinal);
        Assert.StartsWith("530 5.7.0", await client.CommandAsync("MAIL FROM:<a@b.example>"), StringComparison.Ordinal);
        Assert.StartsWith("235", await client.CommandAsync(Plain("front-door", "old-password")), StringComparison.Ordinal);
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@example.com>");
        Assert.StartsWith("250", await client.DataAsync(Message), StringComparison.Ordinal);

        var text = Encoding.Latin1.GetString((await gateway.Inside.WaitForMessagesAsync(1)).Single().Data);
        Assert.Contains(" with ESMTPSA id ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("old-password", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_user_hear_the_same()
    {
        await using var gateway = await StartAsync("old-password");
        await using var client = await SecureAsync(gateway);

        var wrong = await client.CommandAsync(Plain("front-door", "wrong"));
        var unknown = await client.CommandAsync(Plain("nobody", "old-password"));
        var other = await client.CommandAsync(Plain("printer", "old-password"));

        Assert.StartsWith("535 5.7.8", wrong, StringComparison.Ordinal);
        Assert.Equal(wrong, unknown);
        Assert.Equal(wrong, other);
        Assert.StartsWith("235", await client.CommandAsync(Plain("printer", "printer-password")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_password_before_a_change_is_good_after_the_restart_and_the_one_before_it_is_not()
    {
        await using var gateway = await StartAsync("first-password");
        await gateway.RestartAsync(text => text.Replace("first-password", "second-password", StringComparison.Ordinal));
        await gateway.RestartAsync(text => text.Replace("first-password", "third-password", StringComparison.Ordinal));

        await using (var client = await SecureAsync(gateway))
        {
            Assert.StartsWith("235", await client.CommandAsync(Plain("front-door", "third-password")), StringComparison.Ordinal);
        }

        await using var other = await SecureAsync(gateway);
        Assert.StartsWith("535", await other.CommandAsync(Plain("front-door", "first-password")), StringComparison.Ordinal);
        Assert.StartsWith("235", await other.CommandAsync(Plain("front-door", "second-password")), StringComparison.Ordinal);
    }

    private static string Plain(string userName, string password) =>
        "AUTH PLAIN " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"\0{userName}\0{password}"));

    private static async Task<RawSmtpClient> SecureAsync(Gateway gateway)
    {
        var client = await gateway.GreetAsync();
        await client.StartTlsAsync();
        await client.CommandAsync("EHLO client.example");
        return client;
    }

    private static Task<Gateway> StartAsync(string password) => Gateway.StartAsync(edit: text => text.Replace(
        "    Type: OPEN\n",
        $$"""
            Type: AUTH
            IngressPointConfiguration: { SmtpPassword: {{password}} }
            Credentials: [{ Name: printer, SmtpPassword: printer-password }]

        """,
        StringComparison.Ordinal));
}
