using System.Text;
using MailManager.Smtp.Grammar;

namespace MailManager.Smtp.Tests.Grammar;

public class MailboxSyntaxTests
{
    [Theory]
    [InlineData("user@example.com")]
    [InlineData("a.b-c+tag@sub.example.com")]
    [InlineData("\"quoted part\"@example.com")]
    [InlineData("\"a\\\"b\"@example.com")]
    [InlineData("user@[192.0.2.1]")]
    [InlineData("user@[IPv6:2001:db8::1]")]
    [InlineData("o'hara!x%y=z@example.com")]
    [InlineData("user@a_b.example")]
    public void IsMailbox_valid_address_is_one(string address) => Assert.True(IsMailbox(address));

    [Theory]
    [InlineData("")]
    [InlineData("user")]
    [InlineData("@example.com")]
    [InlineData("user@")]
    [InlineData(".user@example.com")]
    [InlineData("user.@example.com")]
    [InlineData("us..er@example.com")]
    [InlineData("user@example.com.")]
    [InlineData("user@example..com")]
    [InlineData("user@-example.com")]
    [InlineData("user@example-.com")]
    [InlineData("u@d@example.com")]
    [InlineData("us er@example.com")]
    [InlineData("user@exa mple.com")]
    [InlineData("user>@example.com")]
    [InlineData("\"unclosed@example.com")]
    [InlineData("\"a\rb\"@example.com")]
    [InlineData("\"a\0b\"@example.com")]
    [InlineData("\"a\nb\"@example.com")]
    [InlineData("us\u00e9r@example.com")]
    [InlineData("user@ex\u00e4mple.com")]
    [InlineData("user@[127.1]")]
    [InlineData("user@[0300.0.0.1]")]
    [InlineData("user@[256.0.0.1]")]
    [InlineData("user@[IPv6:fe80::1%eth0]")]
    [InlineData("user@[IPv6:192.0.2.1]")]
    [InlineData("user@[x]")]
    public void IsMailbox_invalid_address_is_none(string address) => Assert.False(IsMailbox(address));

    [Fact]
    public void IsMailbox_longer_than_the_limit_is_none()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 50), 4));
        var local = new string('a', MailboxSyntax.MaxLength - domain.Length - 1);

        Assert.True(IsMailbox($"{local}@{domain}"));
        Assert.False(IsMailbox($"{local}a@{domain}"));
    }

    [Fact]
    public void IsDomain_label_of_64_octets_is_none()
    {
        Assert.True(MailboxSyntax.IsDomain(Encoding.ASCII.GetBytes(new string('a', 63) + ".example")));
        Assert.False(MailboxSyntax.IsDomain(Encoding.ASCII.GetBytes(new string('a', 64) + ".example")));
    }

    private static bool IsMailbox(string address) => MailboxSyntax.IsMailbox(Encoding.Latin1.GetBytes(address));
}
