using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Tests.Sasl;

/// <summary>What is stored fails closed, and says nothing of itself.</summary>
public class StoredFormTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 32)]
    [InlineData(32, 0)]
    [InlineData(31, 32)]
    [InlineData(32, 33)]
    public void Keys_of_another_length_are_none(int storedKey, int serverKey) =>
        Assert.Throws<ArgumentException>(() => new ScramKeys(new byte[storedKey], new byte[serverKey]));

    [Theory]
    [InlineData(0, 4096, true)]
    [InlineData(15, 4096, true)]
    [InlineData(16, 4095, true)]
    [InlineData(16, 0, true)]
    [InlineData(16, -1, true)]
    [InlineData(16, int.MaxValue, true)]
    [InlineData(16, 4096, false)]
    public void Credential_that_could_fit_anything_is_none(int salt, int iterations, bool hasPassword)
    {
        var password = new ScramPassword(new ScramKeys(new byte[32], new byte[32]), ScramPasswordState.Current);

        Assert.ThrowsAny<ArgumentException>(() => new ScramCredential("user", new byte[salt], iterations, hasPassword ? [password] : []));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(64)]
    public void Proof_of_another_length_fits_nothing(int length) => Assert.False(new ScramKeys(new byte[32], new byte[32]).Verify(new byte[length], "text"u8));

    [Fact]
    public async Task Store_that_fails_lets_nobody_in()
    {
        var authenticator = new SaslAuthenticator(new Failing(), new SaslHarness(), new SaslThrottle(TimeProvider.System), new SaslHarness(), TimeProvider.System);
        var exchange = authenticator.Begin("PLAIN"u8, SaslHarness.Peer())!;

        await Assert.ThrowsAsync<InvalidDataException>(async () => await exchange.NextAsync("\0user\0pencil"u8.ToArray(), default));
    }

    [Fact]
    public void Nothing_of_a_hash_is_printed()
    {
        var credential = SaslHarness.Credential(("pencil", ScramPasswordState.Current));

        Assert.Equal("credential user", credential.ToString());
        Assert.Equal("ScramPassword { Keys = SCRAM keys, State = Current }", credential.Passwords[0].ToString());
        Assert.Equal("decoy credential", new ScramSalts(new byte[32]).Decoy("", "nobody", 4096).ToString());
        Assert.Equal(typeof(ScramSalts).FullName, new ScramSalts(new byte[32]).ToString());
    }

    private sealed class Failing : ISaslCredentials
    {
        public ScramCredential Find(string userName) => throw new InvalidDataException();
    }
}
