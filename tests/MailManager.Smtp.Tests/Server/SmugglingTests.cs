using System.Text;
using MailManager.Smtp.Tests.Framing;
using MailManager.TestKit.Peers;

namespace MailManager.Smtp.Tests.Server;

/// <summary>Line ends around a dot, in a session: the octets behind a false end are the message's, and never commands (SEC Consult, December 2023).</summary>
public class SmugglingTests
{
    private const string Smuggled = "MAIL FROM:<evil@x.example>\r\nRCPT TO:<evil@y.example>\r\nDATA\r\nevil\r\n";

    /// <summary>The ones in which no octet is forbidden: they are text.</summary>
    public static IEnumerable<string> Legal { get; } = ["\r\n . \r\n", "\u0085.\u0085", "\r\n\u2028.\r\n"];

    [Theory]
    [MemberData(nameof(DataScannerTests.FalseEnds), MemberType = typeof(DataScannerTests))]
    public async Task A_false_end_cut_at_every_octet_makes_one_message_or_a_refusal(string falseEnd)
    {
        var octets = Encoding.UTF8.GetBytes("Subject: a\r\n\r\nbody" + falseEnd + Smuggled + ".\r\n");
        await using var server = await ServerFixture.StartAsync(wire: Wire.Memory);
        for (var cut = 17; cut <= 17 + falseEnd.Length + 4; cut++)
        {
            await CheckAsync(server, octets, falseEnd, cut);
        }
    }

    [Theory]
    [MemberData(nameof(DataScannerTests.FalseEnds), MemberType = typeof(DataScannerTests))]
    public async Task A_false_end_across_the_ends_of_buffers_makes_one_message_or_a_refusal(string falseEnd)
    {
        await using var server = await ServerFixture.StartAsync(wire: Wire.Memory);
        foreach (var boundary in (int[])[4096, 65_536])
        {
            // Each octet of the sequence is once the last of the buffer, the CR among them.
            for (var position = 0; position < falseEnd.Length; position++)
            {
                var filler = string.Concat(Enumerable.Repeat(new string('x', 62) + "\r\n", (boundary / 64) + 1))[..(boundary - position - 5)];
                var octets = Encoding.UTF8.GetBytes(filler.TrimEnd('\r', '\n') + new string('y', filler.Length - filler.TrimEnd('\r', '\n').Length)
                    + "body" + falseEnd + Smuggled + ".\r\n");
                await CheckAsync(server, octets, falseEnd, boundary);
            }
        }
    }

    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\r.\r")]
    [InlineData("\r\n.\r\r\n")]
    [InlineData("\r\n\0.\r\n")]
    public async Task In_a_chunk_the_same_octets_are_refused_and_its_length_says_where_it_ends(string octets)
    {
        await using var server = await ServerFixture.StartAsync(wire: Wire.OctetByOctet);
        await using var client = await BeginAsync(server);
        var message = "a: b\r\n\r\nbody" + octets + Smuggled;

        await client.SendAsync($"BDAT {message.Length} LAST\r\n{message}NOOP\r\n");

        Assert.Equal("550 5.6.11 Message holds a bare CR, a bare LF or a NUL", await client.ReadReplyAsync());
        Assert.Equal("250 2.0.0 Ok", await client.ReadReplyAsync());
        Assert.DoesNotContain(server.Service.Events, text => text.Contains("evil@", StringComparison.Ordinal));
    }

    private static async Task CheckAsync(ServerFixture server, byte[] octets, string falseEnd, int cut)
    {
        await using var client = await BeginAsync(server);
        Assert.StartsWith("354", await client.CommandAsync("DATA"), StringComparison.Ordinal);
        await client.SendAsync(octets[..cut]);
        await client.SendAsync(octets[cut..]);

        Assert.StartsWith(Legal.Contains(falseEnd) ? "250" : "550 5.6.11", await client.ReadReplyAsync(), StringComparison.Ordinal);
        Assert.StartsWith("221", await client.CommandAsync("QUIT"), StringComparison.Ordinal);
        Assert.DoesNotContain(server.Service.Events, text => text.StartsWith("mail evil", StringComparison.Ordinal));
    }

    private static async Task<RawSmtpClient> BeginAsync(ServerFixture server)
    {
        var client = await server.GreetAsync();
        await client.CommandAsync("MAIL FROM:<a@b.example>");
        await client.CommandAsync("RCPT TO:<c@d.example>");
        return client;
    }
}
