using System.Collections.Immutable;
using System.Text;
using CsCheck;
using MailManager.Delivery.Srs;

namespace MailManager.Delivery.Tests.Srs;

/// <summary>Addresses there and back: nothing but what was signed here leads anywhere.</summary>
public class SrsRewriterTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Old = Encoding.ASCII.GetBytes("the secret of before");
    private static readonly byte[] New = Encoding.ASCII.GetBytes("the secret of now...");

    private static readonly Gen<string> Word = Gen.String[Gen.Char["abcXYZ019.=+-_%!é"], 1, 18].Where(text =>
        text[0] != '.' && text[^1] != '.' && !text.Contains("..", StringComparison.Ordinal) && !text.StartsWith("SRS", StringComparison.OrdinalIgnoreCase));

    private static readonly Gen<string> Domain = Gen.Select(Gen.String[Gen.Char["abcxyz019"], 1, 8], Gen.OneOf(Gen.Const("test"), Gen.Const("b.test"), Gen.Const("xn--p1ai"))).Select(parts => $"{parts.Item1}.{parts.Item2}");

    [Fact]
    public void An_address_has_the_form_of_the_scheme()
    {
        var address = At(Start).Forward("user+tag@sender.test");
        Assert.Matches("^SRS0=[A-Z2-7]{8}=[A-Z2-7]{2}=sender[.]test=user[+]tag@srs[.]test$", address);
        Assert.Equal("user+tag@sender.test", At(Start).Reverse(address!).Address);
    }

    [Fact]
    public void Every_address_finds_back_and_through_a_second_server_too() => Gen.Select(Word, Domain).Sample((local, domain) =>
    {
        var original = $"{local}@{domain}";
        var first = new SrsRewriter("first.test", [Old], TimeSpan.FromDays(21), new FixedTime(Start));
        if (first.Forward(original) is not { } once)
        {
            Assert.True(Encoding.UTF8.GetByteCount($"SRS0=12345678=12={domain}={local}") > 64);
            return;
        }

        Assert.Equal(original, first.Reverse(once).Address);
        if (At(Start).Forward(once) is { } twice)
        {
            Assert.StartsWith("SRS1=", twice, StringComparison.Ordinal);
            Assert.Equal(once, At(Start).Reverse(twice).Address);

            var third = new SrsRewriter("third.test", [Old], TimeSpan.FromDays(21), new FixedTime(Start));
            var thrice = third.Forward(twice)!;
            Assert.EndsWith(twice[twice.IndexOf("=first.test=", StringComparison.Ordinal)..].Replace("srs.test", "third.test", StringComparison.Ordinal), thrice, StringComparison.Ordinal);
            Assert.Equal(once, third.Reverse(thrice).Address);
        }
    }, iter: 2000);

    [Fact]
    public void A_changed_octet_leads_nowhere() => Gen.Select(Gen.OneOf(Gen.Const("user@sender.test"), Gen.Const("SRS0=AAAA=BB=a.test=user@b.test")), Gen.Int[5, 200], Gen.Char[' ', '~']).Sample(
        (original, place, character) =>
        {
            var address = At(Start).Forward(original)!;
            var local = address[..address.IndexOf('@', StringComparison.Ordinal)];
            var at = 5 + (place % (local.Length - 5));
            var forged = $"{local[..at]}{character}{local[(at + 1)..]}@srs.test";
            if (!forged.Equals(address, StringComparison.OrdinalIgnoreCase))
            {
                Assert.NotEqual(SrsFault.None, At(Start).Reverse(forged).Fault);
            }
        },
        iter: 5000);

    [Fact]
    public void The_other_form_does_not_share_signatures()
    {
        var address = At(Start).Forward("user@sender.test")!;
        Assert.Equal(SrsFault.NotSignedHere, At(Start).Reverse(address.Replace("SRS0", "SRS1", StringComparison.Ordinal)).Fault);
    }

    [Fact]
    public void Servers_that_change_the_case_do_no_harm()
    {
        var address = At(Start).Forward("User@Sender.test")!.ToLowerInvariant();
        Assert.True(At(Start).Owns(address));
        Assert.Equal("user@sender.test", At(Start).Reverse(address).Address);
    }

    [Theory]
    [InlineData(0, SrsFault.None)]
    [InlineData(21, SrsFault.None)]
    [InlineData(22, SrsFault.Expired)]
    [InlineData(1022, SrsFault.Expired)]
    [InlineData(-1, SrsFault.None)]
    [InlineData(-2, SrsFault.Expired)]
    public void An_address_is_good_for_its_time(int days, SrsFault fault) =>
        Assert.Equal(fault, At(Start.AddDays(days)).Reverse(At(Start).Forward("user@sender.test")!).Fault);

    [Fact]
    public void The_first_secret_signs_and_all_verify()
    {
        var before = Rewriter([Old]).Forward("user@sender.test")!;
        var both = Rewriter([New, Old]);
        Assert.Equal("user@sender.test", both.Reverse(before).Address);
        Assert.Equal(Rewriter([New]).Forward("user@sender.test"), both.Forward("user@sender.test"));
        Assert.Equal(SrsFault.NotSignedHere, Rewriter([New]).Reverse(before).Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SRS0=whatever@srs.test")]
    public void What_needs_no_other_address_keeps_its_own(string reversePath) => Assert.Equal(reversePath, At(Start).Forward(reversePath));

    [Theory]
    [InlineData("\"a b\"@sender.test")]
    [InlineData("user@[192.0.2.1]")]
    [InlineData("postmaster")]
    [InlineData("a-local-part-that-is-longer-than-what-is-left-of-64@sender.test")]
    public void What_has_no_form_has_none(string reversePath) => Assert.Null(At(Start).Forward(reversePath));

    [Theory]
    [InlineData("SRS0=AAAAAAAA=AA=sender.test@srs.test")]
    [InlineData("SRS0=@srs.test")]
    [InlineData("SRS1=AAAAAAAA=b.test@srs.test")]
    public void A_part_is_missing(string address)
    {
        Assert.True(At(Start).Owns(address));
        Assert.Equal(SrsFault.Malformed, At(Start).Reverse(address).Fault);
    }

    [Theory]
    [InlineData("SRS0=AAAAAAAA=AA=sender.test=user@other.test")]
    [InlineData("SRS0@srs.test")]
    [InlineData("SRS0+x@srs.test")]
    [InlineData("user@srs.test")]
    public void Others_are_left_alone(string address) => Assert.False(At(Start).Owns(address));

    [Fact]
    public void Secrets_are_made_for_the_owner_alone_and_read_again()
    {
        var directory = Directory.CreateTempSubdirectory("srs-");
        try
        {
            var path = Path.Combine(directory.FullName, "secrets");
            var made = Assert.Single(SrsSecretFile.ReadOrCreate(path));
            Assert.Equal(made, Assert.Single(SrsSecretFile.ReadOrCreate(path)));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path));

            File.WriteAllText(path, "\n a secret that is new \n\na secret that is old\n");
            Assert.Equal(["a secret that is new", "a secret that is old"], SrsSecretFile.Read(path).Select(Encoding.ASCII.GetString));
            File.WriteAllText(path, "\n");
            Assert.Contains("holds no secret", Assert.Throws<IOException>(() => SrsSecretFile.Read(path)).Message, StringComparison.Ordinal);
            File.WriteAllText(path, "a secret that is new\nshort\n");
            Assert.Contains("less than 16", Assert.Throws<IOException>(() => SrsSecretFile.ReadOrCreate(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static SrsRewriter At(DateTimeOffset now) => new("srs.test", [New], TimeSpan.FromDays(21), new FixedTime(now));

    private static SrsRewriter Rewriter(ImmutableArray<byte[]> secrets) => new("srs.test", secrets, TimeSpan.FromDays(21), new FixedTime(Start));

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
