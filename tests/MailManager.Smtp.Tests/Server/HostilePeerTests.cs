namespace MailManager.Smtp.Tests.Server;

/// <summary>Peers that break off, over a socket.</summary>
public class SocketHostilePeerTests() : HostilePeerTests(Wire.Socket);

/// <summary>Peers that break off, each octet in a piece of its own.</summary>
public class OctetByOctetHostilePeerTests() : HostilePeerTests(Wire.OctetByOctet);

/// <summary>Peers that break off, and peers that ask for what is nobody's business.</summary>
public abstract class HostilePeerTests(Wire wire)
{
    [Fact]
    public async Task A_client_that_has_sent_all_still_hears_all_replies()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();

        await client.SendAsync("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nx\r\n.\r\nNOOP\r\nNOO");
        await client.EndAsync();

        Assert.Equal("250 2.1.0 Sender ok\n250 2.1.5 Recipient ok\n354 End data with <CR><LF>.<CR><LF>\n250 2.0.0 Ok\n250 2.0.0 Ok\n", await client.ReadToEndAsync());
        Assert.Contains("data x\r\n", server.Service.Events);
    }

    [Theory]
    [InlineData("DATA\r\nx\r\n.")]
    [InlineData("DATA\r\nx\r\n.\r")]
    [InlineData("BDAT 4 LAST\r\nx\r\n")]
    [InlineData("BDAT 3\r\nx\r\n")]
    public async Task A_message_that_breaks_off_is_never_taken(string octets)
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");

        await client.SendAsync(octets);
        await client.EndAsync();
        await client.ReadToEndAsync();

        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(server.Service.Events, text => text.StartsWith("data", StringComparison.Ordinal));
        Assert.Contains("reset", server.Service.Events);
    }

    [Fact]
    public async Task A_message_that_breaks_off_with_the_end_of_tls_is_never_taken_and_clear_text_behind_it_is_not_read()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();
        await client.StartTlsAsync();
        await client.CommandAsync("EHLO c.example");
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");

        await client.SendAsync("BDAT 20 LAST\r\nhalf");
        await client.EndTlsAsync();
        await client.TrySendAsync("MAIL FROM:<evil@x.example>\r\n");

        await server.Service.Closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(server.Service.Events, text => text.StartsWith("data", StringComparison.Ordinal) || text.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verification_tells_nothing()
    {
        await using var server = await ServerFixture.StartAsync(wire: wire);
        await using var client = await server.GreetAsync();

        Assert.Equal(await client.CommandAsync("VRFY postmaster"), await client.CommandAsync("VRFY nobody@nowhere.example"));
        Assert.Equal("502 5.5.1 Command not implemented", await client.CommandAsync("EXPN list"));
        Assert.Equal("502 5.5.1 Command not implemented", await client.CommandAsync("EXPN other@d.example"));
    }
}
