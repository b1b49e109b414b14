using System.Text;
using CsCheck;
using MailManager.Delivery.MtaSts;

namespace MailManager.Delivery.Tests.MtaSts;

public sealed class StsTextTests
{
    private const string Good = "version: STSv1\nmode: enforce\nmx: mail.example.com\nmax_age: 86400\n";

    private static readonly Gen<string> Label = Gen.String[Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789"], 1, 12];
    private static readonly Gen<string> Name = Label.Array[1, 4].Select(labels => string.Join('.', labels) + ".test");

    private static readonly Gen<StsPolicy> Policies =
        from mode in Gen.Enum<StsMode>()
        from names in Gen.Select(Gen.Bool, Name, (isWildcard, name) => isWildcard ? "*." + name : name).Array[1, 5]
        from age in Gen.Int[0, 31_557_600]
        select new StsPolicy { Mode = mode, Patterns = [.. names], MaxAge = TimeSpan.FromSeconds(age) };

    [Theory]
    [InlineData("v=STSv1; id=20160831085700Z;", "20160831085700Z")]
    [InlineData("v=STSv1;id=a", "a")]
    [InlineData("v=STSv1; \t id=a \t ; x-y.z=1; ", "a")]
    [InlineData("v=STSv1; x=1; id=a", "a")]
    [InlineData("v=STSv1; id=a; id=b", "a")]
    [InlineData("v=STSv1; id=01234567890123456789012345678901", "01234567890123456789012345678901")]
    [InlineData("v=STSv1; id=012345678901234567890123456789012", null)]
    [InlineData("v=STSv1; id=", null)]
    [InlineData("v=STSv1; id=a-b", null)]
    [InlineData("v=STSv1; x=1", null)]
    [InlineData("v=STSv1;", null)]
    [InlineData("v=STSv1;; id=a", null)]
    [InlineData("v=STSv1; junk; id=a", null)]
    [InlineData("v=STSv1; _x=1; id=a", null)]
    [InlineData("v=STSv1; x=; id=a", null)]
    [InlineData("v=STSv1; ID=a", null)]
    [InlineData("v=STSv2; id=a", null)]
    [InlineData("V=STSv1; id=a", null)]
    [InlineData(" v=STSv1; id=a", null)]
    [InlineData("", null)]
    public void A_record_gives_its_id_or_none(string record, string? id) => Assert.Equal(id, StsRecord.FindId(["v=spf1 -all", record]));

    [Fact]
    public void Two_records_are_none() => Assert.Null(StsRecord.FindId(["v=STSv1; id=a", "v=STSv1; id=a"]));

    [Fact]
    public void Whatever_a_record_holds_its_id_is_of_letters_and_digits() => Gen.String.Array[0, 4].Sample(
        parts => StsRecord.FindId(["v=STSv1;" + string.Join(';', parts)]) is not { } id || (id.Length is > 0 and <= 32 && id.All(char.IsAsciiLetterOrDigit)),
        iter: 5000);

    [Fact]
    public void What_is_written_is_read_as_the_same() => Policies.Sample(
        policy =>
        {
            var read = Parse(StsPolicyText.Write(policy))!;
            return (read.Mode, read.MaxAge) == (policy.Mode, policy.MaxAge) && read.Patterns.SequenceEqual(policy.Patterns);
        },
        iter: 2000);

    [Fact]
    public void Any_octets_are_a_policy_within_its_bounds_or_none() => Gen.Select(Gen.Byte.Array[0, 40], Gen.Int[0, Good.Length]).Sample(
        (octets, at) =>
        {
            var text = Encoding.ASCII.GetBytes(Good).ToList();
            text.InsertRange(at, octets);
            return !StsPolicyText.TryParse(text.ToArray(), out var policy, out var fault)
                ? fault.Length > 0
                : policy.MaxAge <= StsPolicyText.LongestAge && policy.Patterns.All(pattern => Ascii.IsValid(pattern) && !pattern.Contains('/', StringComparison.Ordinal));
        },
        iter: 5000);

    [Theory]
    [InlineData("version: STSv1\r\nmode: testing\r\nmx: *.Example.NET\r\nmx: mail.example.com\r\nmax_age: 604800", "testing", "*.example.net mail.example.com", 604800)]
    [InlineData("version:STSv1\nmode:enforce\nmx:a.test \t\nmax_age:1\n\n", "enforce", "a.test", 1)]
    [InlineData("max_age: 99\nunknown: a: b\nmode: none\nversion: STSv1\n", "none", "", 99)]
    [InlineData("version: STSv1\nmode: enforce\nmode: none\nmx: a.test\nmax_age: 5\nmax_age: 6\n", "enforce", "a.test", 5)]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 9999999999\n", "enforce", "a.test", 31557600)]
    public void A_policy_is_read(string text, string mode, string patterns, int seconds)
    {
        var policy = Parse(text)!;
        Assert.Equal((mode, patterns, seconds), (StsPolicyText.Word(policy.Mode), string.Join(' ', policy.Patterns), (int)policy.MaxAge.TotalSeconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html></html>")]
    [InlineData("mode: enforce\nmx: a.test\nmax_age: 1\n")]
    [InlineData("version: STSv2\nmode: enforce\nmx: a.test\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: Enforce\nmx: a.test\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmx: a.test\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.test\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: -1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 10000000000\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a..test\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: mail.*.test\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: *.\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: 192.0.2.1\nmax_age: 1\n")]
    [InlineData("version: STSv1\nmode: enforce\nmx: a.test\nmax_age: 1\njunk\n")]
    public void What_is_no_policy_is_refused(string text) => Assert.Null(Parse(text));

    [Theory]
    [InlineData("mail.example.com", true)]
    [InlineData("MAIL.example.com", true)]
    [InlineData("a.mail.example.com", false)]
    [InlineData("example.com", false)]
    [InlineData("x.example.net", true)]
    [InlineData("example.net", false)]
    [InlineData(".example.net", false)]
    [InlineData("a.b.example.net", false)]
    [InlineData("xexample.net", false)]
    public void A_wildcard_stands_for_one_label(string host, bool isNamed) =>
        Assert.Equal(isNamed, new StsPolicy { Mode = StsMode.Enforce, Patterns = ["mail.example.com", "*.example.net"], MaxAge = default }.Names(host));

    [Fact]
    public void A_file_is_read_back_and_any_change_of_an_octet_is_seen() => Gen.Select(Policies, Gen.Int[0, 1 << 20], Gen.Int[1, 255]).Sample(
        (policy, at, change) =>
        {
            var entry = new StsEntry { Domain = "a.test", Id = "1", FetchedAt = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), Policy = policy };
            var octets = StsFiles.Encode(entry);
            var isSame = StsFiles.TryDecode("a.test", octets, out var read, out _)
                && read == entry with { Policy = read.Policy } && read.Policy.Patterns.SequenceEqual(policy.Patterns);
            octets[at % octets.Length] ^= (byte)change;
            return isSame && !StsFiles.TryDecode("a.test", octets, out _, out var fault) && fault.Length > 0;
        },
        iter: 2000);

    private static StsPolicy? Parse(string text) => StsPolicyText.TryParse(Encoding.UTF8.GetBytes(text), out var policy, out _) ? policy : null;
}
