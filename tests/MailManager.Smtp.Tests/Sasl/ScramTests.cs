using System.Text;
using CsCheck;
using MailManager.Smtp.Sasl;
using MailManager.Smtp.Sasl.Grammar;

namespace MailManager.Smtp.Tests.Sasl;

/// <summary>SCRAM-SHA-256 and -PLUS (RFC 5802, RFC 7677).</summary>
public class ScramTests
{
    private const string Plus = "SCRAM-SHA-256-PLUS";
    private const string EndPointHeader = "p=tls-server-end-point,,";

    private static readonly SaslPeer BoundPeer = SaslHarness.Peer(binding: SaslHarness.EndPoint);

    /// <summary>RFC 7677 §3.</summary>
    [Fact]
    public async Task Example_of_the_rfc_is_answered_octet_by_octet()
    {
        var salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
        var harness = new SaslHarness
        {
            User = new ScramCredential("user", salt, 4096, [new ScramPassword(SaslHarness.Keys("pencil", salt), ScramPasswordState.Current)]),
        };
        var exchange = new ScramExchange(new SaslLogin(harness.Authenticator, "SCRAM-SHA-256", SaslHarness.Peer()), isPlus: false, "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");

        Assert.Equal(
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            SaslHarness.Text(await harness.NextAsync(exchange, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")));
        Assert.Equal(
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
            SaslHarness.Text(await harness.NextAsync(
                exchange, "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")));
        Assert.Empty(harness.Events);
        Assert.Equal("user", (await harness.NextAsync(exchange, "")).Identity);
        Assert.Equal(["user SCRAM-SHA-256 Current"], harness.Events);
        Assert.Equal(0, harness.Derivations);
    }

    [Fact]
    public async Task Client_that_does_not_begin_gets_an_empty_challenge()
    {
        var harness = new SaslHarness();
        var exchange = harness.Begin("scram-sha-256");

        Assert.Equal("", SaslHarness.Text(await harness.NextAsync(exchange, null)));
        Assert.Equal("user", (await new ScramClient("user", "pencil").RunAsync(harness, exchange)).Identity);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", "n,,", false, null)]
    [InlineData("SCRAM-SHA-256", "n,a=user,", false, null)]
    [InlineData("SCRAM-SHA-256", "n,,", true, null)]
    [InlineData("SCRAM-SHA-256", "y,,", false, null)]
    [InlineData("SCRAM-SHA-256", "y,,", true, SaslFailure.Downgrade)]
    [InlineData("SCRAM-SHA-256", "n,a=other,", false, SaslFailure.OtherIdentity)]
    [InlineData("SCRAM-SHA-256", EndPointHeader, true, SaslFailure.Malformed)]
    [InlineData(Plus, EndPointHeader, true, null)]
    [InlineData(Plus, "n,,", true, SaslFailure.Malformed)]
    [InlineData(Plus, "y,,", true, SaslFailure.Malformed)]
    [InlineData(Plus, "p=tls-unique,,", true, SaslFailure.WrongBinding)]
    public async Task Channel_binding_header_decides(string mechanism, string header, bool hasBinding, SaslFailure? failure)
    {
        var harness = new SaslHarness();
        var peer = SaslHarness.Peer(binding: hasBinding ? SaslHarness.EndPoint : null);
        var data = header[0] == 'p' ? SaslHarness.EndPoint.Data.ToArray() : null;
        var step = await new ScramClient("user", "pencil", header, data).RunAsync(harness, harness.Begin(mechanism, peer));

        Assert.Equal(failure is null ? "user" : null, step.Identity);
        Assert.Contains(failure is null ? "Current" : failure.ToString()!, Assert.Single(harness.Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binding_to_another_connection_is_refused()
    {
        var harness = new SaslHarness();
        var step = await new ScramClient("user", "pencil", EndPointHeader, "another certificate"u8.ToArray()).RunAsync(harness, harness.Begin(Plus, BoundPeer));

        Assert.Equal(SaslReplies.InvalidCredentials, step.Failure);
        Assert.Equal([$"user {Plus} WrongBinding"], harness.Events);
    }

    [Fact]
    public void Plus_is_there_only_with_a_channel_binding()
    {
        var authenticator = new SaslHarness().Authenticator;

        Assert.Equal([Plus, "SCRAM-SHA-256", "PLAIN", "LOGIN"], authenticator.Mechanisms(hasChannelBinding: true));
        Assert.Equal(["SCRAM-SHA-256", "PLAIN", "LOGIN"], authenticator.Mechanisms(hasChannelBinding: false));
        Assert.Null(authenticator.Begin(Encoding.ASCII.GetBytes(Plus), SaslHarness.Peer()));
        Assert.Null(authenticator.Begin("CRAM-MD5"u8, BoundPeer));
        Assert.Null(authenticator.Begin([], BoundPeer));
    }

    [Fact]
    public async Task Messages_of_another_exchange_are_refused()
    {
        var harness = new SaslHarness();
        var client = new ScramClient("user", "pencil");
        var final = client.Final(SaslHarness.Text(await harness.NextAsync(harness.Begin("SCRAM-SHA-256"), client.First)));
        var second = harness.Begin("SCRAM-SHA-256");
        await harness.NextAsync(second, client.First);
        var step = await harness.NextAsync(second, final);

        Assert.Equal(SaslReplies.InvalidCredentials, step.Failure);
        Assert.Equal(["user SCRAM-SHA-256 WrongNonce"], harness.Events);
    }

    [Theory]
    [InlineData("user", "pencils", "WrongPassword")]
    [InlineData("nobody", "pencil", "UnknownUser")]
    public async Task Wrong_proof_is_refused(string userName, string password, string reason)
    {
        var harness = new SaslHarness();
        var step = await new ScramClient(userName, password).RunAsync(harness, harness.Begin("SCRAM-SHA-256"));

        Assert.Equal(SaslReplies.InvalidCredentials, step.Failure);
        Assert.Equal([$"{userName} SCRAM-SHA-256 {reason}"], harness.Events);
    }

    [Fact]
    public async Task Password_before_the_current_one_is_good_until_it_expires()
    {
        var harness = new SaslHarness { User = SaslHarness.Credential(("new", ScramPasswordState.Current), ("old", ScramPasswordState.Previous)) };
        Assert.Equal("user", (await new ScramClient("user", "new").RunAsync(harness, harness.Begin("SCRAM-SHA-256"))).Identity);
        Assert.Equal("user", (await new ScramClient("user", "old").RunAsync(harness, harness.Begin("SCRAM-SHA-256"))).Identity);
        harness.User = SaslHarness.Credential(("new", ScramPasswordState.Current), ("old", ScramPasswordState.Expired));
        Assert.Equal(535, (await new ScramClient("user", "old").RunAsync(harness, harness.Begin("SCRAM-SHA-256"))).Failure.Code);

        Assert.Equal(["user SCRAM-SHA-256 Current", "user SCRAM-SHA-256 Previous", "user SCRAM-SHA-256 ExpiredPassword"], harness.Events);
    }

    [Fact]
    public async Task Success_needs_the_clients_empty_answer()
    {
        var harness = new SaslHarness();
        var client = new ScramClient("user", "pencil");
        var exchange = harness.Begin("SCRAM-SHA-256");
        await harness.NextAsync(exchange, client.Final(SaslHarness.Text(await harness.NextAsync(exchange, client.First))));

        Assert.Equal(501, (await harness.NextAsync(exchange, "x")).Failure.Code);
    }

    [Fact]
    public async Task Salt_of_a_name_that_does_not_exist_is_the_same_each_time()
    {
        var harness = new SaslHarness();
        var salts = new List<string>();
        foreach (var name in new[] { "nobody", "nobody", "noone", "user" })
        {
            salts.Add(SaslHarness.Text(await harness.NextAsync(harness.Begin("SCRAM-SHA-256"), new ScramClient(name, "x").First))["r=".Length..][44..]);
        }

        Assert.Equal(salts[0], salts[1]);
        Assert.Equal(3, salts.Distinct().Count());
        Assert.All(salts, salt => Assert.Equal(salts[3].Length, salt.Length));
        Assert.All(salts, salt => Assert.EndsWith(salts[3][^7..], salt, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("n,,n=a=2Cb=3D,r=x", "a,b=")]
    [InlineData("n,,n=user,r=x,z=later", "user")]
    [InlineData("p=tls-exporter,a=user,n=user,r=x", "user")]
    [InlineData("n,,n=a=2cb,r=x", null)]
    [InlineData("n,,n=a=,r=x", null)]
    [InlineData("n,,n=a=41,r=x", null)]
    [InlineData("n,,m=ext,n=user,r=x", null)]
    [InlineData("n,,n=user,r=x,m=ext", null)]
    [InlineData("n,,n=user,r=x,", null)]
    [InlineData("n,,n=user,r=", null)]
    [InlineData("n,,n=user,r=a b", null)]
    [InlineData("n,,n=,r=x", null)]
    [InlineData("n,,r=x,n=user", null)]
    [InlineData("n,,n=user", null)]
    [InlineData("n,a=,n=user,r=x", null)]
    [InlineData("n,user,n=user,r=x", null)]
    [InlineData("n,n=user,r=x", null)]
    [InlineData("p=,,n=user,r=x", null)]
    [InlineData("p=a_b,,n=user,r=x", null)]
    [InlineData("q,,n=user,r=x", null)]
    [InlineData(",,n=user,r=x", null)]
    [InlineData("n,,n=us\u00e9r,r=x", null)]
    [InlineData("", null)]
    public void First_message_is_read(string text, string? userName)
    {
        Assert.Equal(userName is not null, ScramClientFirst.TryParse(Encoding.UTF8.GetBytes(text), out var message));
        Assert.Equal(userName, message?.UserName);
        Assert.Equal(message is null ? "" : text, message is null ? "" : Encoding.UTF8.GetString([.. message.Header, .. message.Bare]));
    }

    [Theory]
    [InlineData("c=biws,r=x,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true)]
    [InlineData("c=biws,r=x,z=1,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true)]
    [InlineData("c=biws,r=x,m=1,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("c=biws,r=x,,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("c=biws,r=x,p=AAAA", false)]
    [InlineData("c=biws,r=x,p=", false)]
    [InlineData("c=biws,r=x", false)]
    [InlineData("c=bi ws,r=x,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("c=b,r=x,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("c=biws,r=,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData("r=x,c=biws,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    [InlineData(",p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    public void Final_message_is_read(string text, bool isValid) => Assert.Equal(isValid, ScramClientFinal.TryParse(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData(512, 334)]
    [InlineData(513, 501)]
    [InlineData(9000, 501)]
    public async Task Long_nonce_has_a_limit(int length, int code)
    {
        var harness = new SaslHarness();
        var step = await harness.NextAsync(harness.Begin("SCRAM-SHA-256"), new ScramClient("user", "pencil", nonce: new string('x', length)).First);

        Assert.Equal(code, step.Challenge is null ? step.Failure.Code : 334);
    }

    [Fact]
    public void Any_octets_never_throw_and_never_succeed()
    {
        var octets = Gen.OneOf(
            Gen.Byte.Array[0, 80],
            Gen.String[Gen.Char["nyp,,a=ru23CDm"], 0, 40].Select(Encoding.ASCII.GetBytes),
            Gen.String[Gen.Char["cbiws,=rp/+A"], 0, 60].Select(text => Encoding.ASCII.GetBytes("c=biws,r=" + text)));
        Gen.Select(Gen.Bool, Gen.Bool, octets, octets).Sample((isPlus, isFirstGood, first, second) =>
        {
            var harness = new SaslHarness();
            var exchange = harness.Begin(isPlus ? Plus : "SCRAM-SHA-256", BoundPeer);
            var good = Encoding.ASCII.GetBytes(isPlus ? $"{EndPointHeader}n=user,r=x" : "n,,n=user,r=x");
            var step = harness.AfterWaitAsync(exchange.NextAsync(isFirstGood ? good : first, default).AsTask()).GetAwaiter().GetResult();
            var hasGoneOn = step.Challenge is not null;
            step = hasGoneOn ? harness.AfterWaitAsync(exchange.NextAsync(second, default).AsTask()).GetAwaiter().GetResult() : step;
            return step.Identity is null && step.Challenge is null && step.Failure.IsPermanent && (hasGoneOn || !isFirstGood);
        }, iter: 20_000);
    }

    /// <summary>Any change of one octet of what the client says last, but for its proof's unused bits, is refused.</summary>
    [Fact]
    public void Changed_final_message_never_succeeds() => Gen.Select(Gen.Int[0, 300], Gen.Byte[1, 255]).Sample((position, change) =>
    {
        var harness = new SaslHarness();
        var client = new ScramClient("user", "pencil");
        var exchange = harness.Begin("SCRAM-SHA-256");
        var final = Encoding.ASCII.GetBytes(client.Final(SaslHarness.Text(harness.NextAsync(exchange, client.First).GetAwaiter().GetResult())));
        position %= final.Length - 2;
        final[position] ^= change;
        return harness.AfterWaitAsync(exchange.NextAsync(final, default).AsTask()).GetAwaiter().GetResult().Challenge is null;
    }, iter: 500);
}
