using System.Text;
using CsCheck;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Smtp.Tests.Sasl;

/// <summary>PLAIN (RFC 4616) and LOGIN.</summary>
public class PasswordMechanismTests
{
    [Fact]
    public async Task Plain_with_an_initial_response_succeeds()
    {
        var harness = new SaslHarness();
        var step = await harness.PlainAsync("user", "pencil");

        Assert.Equal("user", step.Identity);
        Assert.Null(step.Challenge);
        Assert.Equal(["user PLAIN Current"], harness.Events);
    }

    [Fact]
    public async Task Plain_without_an_initial_response_gets_an_empty_challenge()
    {
        var harness = new SaslHarness();
        var exchange = harness.Begin("plain");

        Assert.Equal("", SaslHarness.Text(await harness.NextAsync(exchange, null)));
        Assert.Equal("user", (await harness.NextAsync(exchange, "user\0user\0pencil")).Identity);
    }

    /// <summary>RFC 4616 §4: <c>tim</c> with <c>tanstaaftanstaaf</c>, then <c>Ursel</c> and <c>Kurt</c>.</summary>
    [Theory]
    [InlineData("\0tim\0tanstaaftanstaaf", "tim", "tanstaaftanstaaf", false)]
    [InlineData("Ursel\0Kurt\0xipj3plmq", "Kurt", "xipj3plmq", true)]
    [InlineData("Kurt\0Kurt\0xipj3plmq", "Kurt", "xipj3plmq", false)]
    [InlineData("kurt\0Kurt\0xipj3plmq", "Kurt", "xipj3plmq", true)]
    [InlineData("\0a b\0c d", "a b", "c d", false)]
    public void Plain_message_is_read(string text, string userName, string password, bool actsForAnother)
    {
        Assert.True(PlainMessage.TryParse(Encoding.ASCII.GetBytes(text), out var message));
        Assert.Equal((userName, password, actsForAnother), (message.UserName, Encoding.ASCII.GetString(message.Password.Span), message.ActsForAnother));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\0\0")]
    [InlineData("\0user\0")]
    [InlineData("\0\0pencil")]
    [InlineData("user\0pencil")]
    [InlineData("\0user\0pencil\0")]
    [InlineData("\0user\0pen\ncil")]
    [InlineData("\0us\u00e9r\0pencil")]
    [InlineData("\0user\0p\u00e9ncil")]
    [InlineData("\u00e9\0user\0pencil")]
    public async Task Plain_message_that_is_none_is_refused_without_a_wait(string text)
    {
        var harness = new SaslHarness();
        var step = await harness.Begin("PLAIN").NextAsync(Encoding.UTF8.GetBytes(text), default);

        Assert.Equal("501 5.5.2 Malformed authentication message", step.Failure.ToString());
        Assert.Null(step.Identity);
        Assert.Equal([" PLAIN Malformed"], harness.Events);
        Assert.Equal(0, harness.Derivations);
    }

    [Fact]
    public async Task Acting_for_another_is_refused_even_with_the_right_password()
    {
        var harness = new SaslHarness();
        var step = await harness.NextAsync(harness.Begin("PLAIN"), "other\0user\0pencil");

        Assert.Equal(SaslReplies.InvalidCredentials, step.Failure);
        Assert.Equal(["user PLAIN OtherIdentity"], harness.Events);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("user")]
    public async Task Login_prompts_as_clients_expect(string? initialResponse)
    {
        var harness = new SaslHarness();
        var exchange = harness.Begin("LOGIN");
        var step = await harness.NextAsync(exchange, initialResponse);
        if (initialResponse is null)
        {
            Assert.Equal("Username:", SaslHarness.Text(step));
            step = await harness.NextAsync(exchange, "user");
        }

        Assert.Equal("Password:", SaslHarness.Text(step));
        Assert.Equal("user", (await harness.NextAsync(exchange, "pencil")).Identity);
        Assert.Equal(["user LOGIN Current"], harness.Events);
    }

    [Theory]
    [InlineData("", "pencil", 501)]
    [InlineData("user", "", 501)]
    [InlineData("user", "p\0", 501)]
    [InlineData("user", "Pencil", 535)]
    [InlineData("User", "pencil", 535)]
    public async Task Login_with_something_else_fails(string userName, string password, int code)
    {
        var harness = new SaslHarness();
        var exchange = harness.Begin("LOGIN");
        var step = await harness.NextAsync(exchange, userName);
        step = step.Challenge is null ? step : await harness.NextAsync(exchange, password);

        Assert.Null(step.Identity);
        Assert.Equal(code, step.Failure.Code);
    }

    [Theory]
    [InlineData(255, 1024, 535)]
    [InlineData(256, 1024, 501)]
    [InlineData(255, 1025, 501)]
    [InlineData(6000, 6000, 501)]
    public async Task Long_names_and_passwords_have_a_limit(int userName, int password, int code) =>
        Assert.Equal(code, (await new SaslHarness().PlainAsync(new string('u', userName), new string('p', password))).Failure.Code);

    [Fact]
    public void Any_octets_never_throw_and_never_succeed()
    {
        var octets = Gen.OneOf(
            Gen.Byte.Array[0, 60],
            Gen.String[Gen.Char["\0\0user pencil,=n"], 0, 30].Select(Encoding.ASCII.GetBytes),
            Gen.String[Gen.Char["pencil"], 0, 8].Select(text => Encoding.ASCII.GetBytes("\0user\0" + text)));
        Gen.Select(Gen.Bool, octets, octets).Where(sample => !sample.Item2.AsSpan().EndsWith("\0pencil"u8)).Sample((isPlain, first, second) =>
        {
            var harness = new SaslHarness();
            var exchange = harness.Begin(isPlain ? "PLAIN" : "LOGIN");
            var step = harness.AfterWaitAsync(exchange.NextAsync(first, default).AsTask()).GetAwaiter().GetResult();
            step = step.Challenge is null ? step : harness.AfterWaitAsync(exchange.NextAsync(second, default).AsTask()).GetAwaiter().GetResult();
            return step.Identity is null && step.Challenge is null && step.Failure.IsPermanent;
        }, iter: 2000);
    }
}
