using MailManager.Smtp.Sasl;

namespace MailManager.Smtp.Tests.Sasl;

/// <summary>Unknown users and wrong passwords cannot be told apart; right passwords are not derived again and again.</summary>
public class SameWorkTests
{
    [Theory]
    [InlineData("user", "WrongPassword")]
    [InlineData("nobody", "UnknownUser")]
    public async Task Every_failure_is_one_derivation_one_wait_and_the_same_text(string userName, string reason)
    {
        var harness = new SaslHarness();
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            var step = harness.BeginPlain(userName, "wrong");
            Assert.Equal(attempt, harness.Derivations);
            harness.Time.Advance(TimeSpan.FromSeconds(1 << (attempt - 1)) - TimeSpan.FromMilliseconds(1));
            Assert.False(step.IsCompleted);
            harness.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal("535 5.7.8 Authentication credentials invalid", (await step).Failure.ToString());
        }

        Assert.Equal(Enumerable.Repeat($"{userName} PLAIN {reason}", 3), harness.Events);
    }

    [Fact]
    public async Task Right_password_is_derived_once_and_wrong_ones_each_time()
    {
        var harness = new SaslHarness();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("user", (await harness.PlainAsync("user", "pencil")).Identity);
        }

        Assert.Equal(1, harness.Derivations);
        await harness.PlainAsync("user", "wrong");
        await harness.PlainAsync("user", "wrong");
        Assert.Equal(3, harness.Derivations);
        Assert.Equal(535, (await harness.PlainAsync("nobody", "pencil")).Failure.Code);
    }

    [Fact]
    public async Task Right_password_is_derived_again_after_an_hour()
    {
        var harness = new SaslHarness();
        await harness.PlainAsync("user", "pencil");
        harness.Time.Advance(VerifiedLogins.Age);
        await harness.PlainAsync("user", "pencil");

        Assert.Equal(2, harness.Derivations);
    }

    [Fact]
    public async Task Changed_password_ends_what_was_remembered_of_the_old_one()
    {
        var harness = new SaslHarness();
        await harness.PlainAsync("user", "pencil");
        harness.User = SaslHarness.Credential(("crayon", ScramPasswordState.Current));
        Assert.Equal(535, (await harness.PlainAsync("user", "pencil")).Failure.Code);
        Assert.Equal("user", (await harness.PlainAsync("user", "crayon")).Identity);

        harness.User = SaslHarness.Credential(("pen", ScramPasswordState.Current), ("crayon", ScramPasswordState.Previous));
        Assert.Equal("user", (await harness.PlainAsync("user", "crayon")).Identity);
        harness.User = SaslHarness.Credential(("pen", ScramPasswordState.Current), ("crayon", ScramPasswordState.Expired));
        Assert.Equal(535, (await harness.PlainAsync("user", "crayon")).Failure.Code);
        Assert.Equal("user PLAIN ExpiredPassword", harness.Events[^1]);
    }

    [Fact]
    public async Task Decoy_takes_no_password_even_if_its_keys_fit()
    {
        var user = SaslHarness.Credential(("pencil", ScramPasswordState.Current));
        var harness = new SaslHarness { User = new ScramCredential(null, user.Salt.Span, user.Iterations, user.Passwords) };

        Assert.Equal(535, (await harness.PlainAsync("user", "pencil")).Failure.Code);
        Assert.Equal(535, (await new ScramClient("user", "pencil").RunAsync(harness, harness.Begin("SCRAM-SHA-256"))).Failure.Code);
    }

    [Fact]
    public async Task When_too_much_waits_the_client_may_come_again()
    {
        var harness = new SaslHarness { IsBusy = true };

        Assert.Equal("454 4.7.0 Temporary authentication failure", (await harness.BeginPlain("user", "pencil")).Failure.ToString());
        Assert.Equal(["user PLAIN Busy"], harness.Events);
    }
}
