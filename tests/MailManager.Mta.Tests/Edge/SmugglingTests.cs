using System.Text;
using MailManager.Mta.Tests.Hosting;

namespace MailManager.Mta.Tests.Edge;

/// <summary>False ends of data through the whole gateway: what a relay is sent holds none, whatever came in, and one message in is never two out.</summary>
public class SmugglingTests
{
    private const string Smuggled = "MAIL FROM:<evil@x.example>\r\nRCPT TO:<evil@example.com>\r\nDATA\r\nevil\r\n";

    private static readonly string[] Refused =
    [
        "\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n.\r", "\r\n\0.\r\n", "\r\n.\0\r\n", "\r\n.\r\r\n", "\r\r\n.\r\r\n",
    ];

    private static readonly string[] Taken = ["\r\n . \r\n", "\u0085.\u0085", "\r\n\u2028.\r\n", "\r\n..\r\n"];

    [Fact]
    public async Task No_message_in_becomes_two_and_nothing_forbidden_goes_on()
    {
        await using var gateway = await Gateway.StartAsync();
        foreach (var falseEnd in Refused)
        {
            Assert.StartsWith("550 5.6.11", await SendAsync(gateway, falseEnd), StringComparison.Ordinal);
        }

        foreach (var text in Taken)
        {
            Assert.StartsWith("250", await SendAsync(gateway, text), StringComparison.Ordinal);
        }

        var messages = await gateway.Inside.WaitForMessagesAsync(Taken.Length);
        Assert.Equal(Taken.Length, messages.Count);
        Assert.All(messages, message => Assert.Equal(["c@example.com"], message.Recipients));
        Assert.All(gateway.Inside.Sessions, session => AssertClean(session.Received));
    }

    [Fact]
    public async Task A_binary_message_is_bounced_rather_than_sent_by_data()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var client = await gateway.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example> BODY=BINARYMIME");
        await client.CommandAsync("RCPT TO:<c@example.com>");
        var message = "Subject: x\r\n\r\nbody\n.\n\r.\r\0" + Smuggled;

        await client.SendAsync($"BDAT {message.Length} LAST\r\n{message}");

        Assert.StartsWith("250", await client.ReadReplyAsync(), StringComparison.Ordinal);
        var notification = (await gateway.Bounces.WaitForMessagesAsync(1)).Single();
        Assert.Equal(["a@b.example"], notification.Recipients);
        Assert.Empty(gateway.Inside.Messages);
        Assert.All(gateway.Inside.Sessions, session => Assert.DoesNotContain("DATA", session.Commands));
        Assert.All(gateway.Bounces.Sessions, session => AssertClean(session.Received));
    }

    private static Task<string> SendAsync(Gateway gateway, string text) => gateway.SendAsync(
        Encoding.Latin1.GetString(Encoding.UTF8.GetBytes("Subject: x\r\n\r\nbody" + text + Smuggled + ".\r\n")), "a@b.example", "c@example.com");

    /// <summary>No CR, LF or NUL of its own, so that no server can see a line end where another does not.</summary>
    private static void AssertClean(byte[] received) =>
        Assert.Equal(-1, Encoding.Latin1.GetString(received).Replace("\r\n", "", StringComparison.Ordinal).IndexOfAny(['\r', '\n', '\0']));
}
