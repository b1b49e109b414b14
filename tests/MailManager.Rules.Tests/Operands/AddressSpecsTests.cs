using CsCheck;
using MailManager.Rules.Operands;

namespace MailManager.Rules.Tests.Operands;

public class AddressSpecsTests
{
    [Theory]
    [InlineData("user@example.com", "user@example.com")]
    [InlineData("User <user@example.com>", "user@example.com")]
    [InlineData("\"Boss, The\" <user@example.com>, b@x.example", "user@example.com|b@x.example")]
    [InlineData("\"evil@attacker.example\" <user@example.com>", "user@example.com")]
    [InlineData("evil@attacker.example <user@example.com>", "user@example.com")]
    [InlineData("a@x.example (comment, with \\) b@y.example (nested)), c@z.example", "a@x.example|c@z.example")]
    [InlineData("Team: a@x.example, B <b@y.example>;, c@z.example", "a@x.example|b@y.example|c@z.example")]
    [InlineData("undisclosed-recipients:;", "")]
    [InlineData("<@hop1,@hop2:user@example.com>", "user@example.com")]
    [InlineData("\"a b\"@example.com", "\"a b\"@example.com")]
    [InlineData("\"a\\\"@b\" <user@example.com>", "user@example.com")]
    [InlineData("user @ example . com", "user@example.com")]
    [InlineData("John Doe user@example.com", "user@example.com")]
    [InlineData("user@example.com John Doe", "user@example.com")]
    [InlineData("user@example.com \"John\"", "user@example.com")]
    [InlineData("user@[IPv6:2001:db8::1], b@x.example", "user@[IPv6:2001:db8::1]|b@x.example")]
    [InlineData("=?utf-8?q?=40?= <user@example.com>", "user@example.com")]
    [InlineData("no address", "")]
    [InlineData("@", "")]
    [InlineData("a@", "")]
    [InlineData("", "")]
    [InlineData(",,;;<>\"", "")]
    public void Finds(string text, string expected) => Assert.Equal(expected, string.Join('|', Scan(text)));

    [Fact]
    public void Any_text_is_scanned_within_its_own_length()
    {
        Gen.Char["ab@@<>,;:\"\\()[] .\t"].Array[0, 40].Select(c => new string(c)).Sample(text => Scan(text).Sum(a => a.Length) <= text.Length);
    }

    private static List<string> Scan(string text)
    {
        var found = new List<string>();
        var buffer = new char[text.Length];
        var addresses = new AddressSpecs(text, buffer);
        var start = 0;
        while (addresses.TryNext(out var length))
        {
            found.Add(new string(buffer, start, length));
            start += length;
        }

        return found;
    }
}
