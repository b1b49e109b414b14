using System.Text;
using MailManager.Smtp.Client;

namespace MailManager.Smtp.Tests.Client;

public class ScramClientExchangeTests
{
    private const string ClientNonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    /// <summary>The example of RFC 7677 §3.</summary>
    [Fact]
    public void The_example_of_the_standard_is_followed_to_the_letter()
    {
        var exchange = new ScramClientExchange(new SmtpCredentials("user", "pencil"), ClientNonce);
        Assert.Equal($"n,,n=user,r={ClientNonce}", Encoding.ASCII.GetString(exchange.InitialResponse!));
        Assert.Equal(
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            Answer(exchange, ServerFirst));
        Assert.False(exchange.IsComplete);
        Assert.Equal("", Answer(exchange, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        Assert.True(exchange.IsComplete);
        Assert.False(exchange.TryAnswer("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="u8, out _, out _));
    }

    [Fact]
    public void A_name_with_comma_and_equals_sign_is_escaped() =>
        Assert.Equal(
            $"n,,n=a=2Cb=3Dc,r={ClientNonce}",
            Encoding.ASCII.GetString(new ScramClientExchange(new SmtpCredentials("a,b=c", "x"), ClientNonce).InitialResponse!));

    [Theory]
    [InlineData("v=AAAA")]
    [InlineData("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    [InlineData("e=invalid-proof")]
    [InlineData("v=")]
    [InlineData("")]
    public void A_wrong_signature_ends_it(string final)
    {
        var exchange = new ScramClientExchange(new SmtpCredentials("user", "pencil"), ClientNonce);
        _ = Answer(exchange, ServerFirst);
        Assert.False(exchange.TryAnswer(Encoding.ASCII.GetBytes(final), out _, out var problem));
        Assert.Contains("signature", problem);
        Assert.False(exchange.IsComplete);
    }

    [Theory]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=A*==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,i=4096,s=AAAA")]
    [InlineData("m=x,r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=-1")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i= 4096")]
    public void A_malformed_challenge_ends_it(string first) =>
        Assert.False(new ScramClientExchange(new SmtpCredentials("user", "pencil"), ClientNonce).TryAnswer(Encoding.ASCII.GetBytes(first), out _, out _));

    private static string Answer(ScramClientExchange exchange, string challenge)
    {
        Assert.True(exchange.TryAnswer(Encoding.ASCII.GetBytes(challenge), out var response, out var problem), problem);
        return Encoding.ASCII.GetString(response!);
    }
}
