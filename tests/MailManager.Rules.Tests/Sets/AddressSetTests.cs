using CsCheck;
using MailManager.Rules.Sets;

namespace MailManager.Rules.Tests.Sets;

public class AddressSetTests
{
    [Theory]
    [InlineData("user@example.com", "user@example.com")]
    [InlineData("user@example.com", "USER@Example.COM")]
    [InlineData("\"a b@c\"@example.com", "\"A b@c\"@example.com")]
    [InlineData("*@example.com", "anybody@EXAMPLE.com")]
    [InlineData("@example.com", "anybody@example.com")]
    [InlineData("@example.com", "\"a@b.c\"@example.com")]
    [InlineData("123*@example.com", "123@example.com")]
    [InlineData("123*@example.com", "12345@example.com")]
    [InlineData("ABC*@example.com", "abcdef@example.com")]
    [InlineData("abcdefghijklmnopqrs*@example.com", "abcdefghijklmnopqrstuvw@example.com")]
    [InlineData("user@*.example.com", "user@a.example.com")]
    [InlineData("user@*.example.com", "User@a.b.c.Example.com")]
    [InlineData("*.example.com", "anybody@a.example.com")]
    [InlineData("*.example.com", "anybody@a.b.example.com")]
    public void A_member_covers(string member, string address) => Assert.True(AddressSet.Create(["other@example.org", member]).Contains(address));

    [Theory]
    [InlineData("user@example.com", "user@example.org")]
    [InlineData("user@example.com", "user2@example.com")]
    [InlineData("user@example.com", "user@a.example.com")]
    [InlineData("user@example.com", "user")]
    [InlineData("user@example.com", "")]
    [InlineData("user@example.com", "@example.com")]
    [InlineData("*@example.com", "user@a.example.com")]
    [InlineData("*@example.com", "user@anexample.com")]
    [InlineData("*@example.com", "@example.com")]
    [InlineData("*@example.com", "user@example.com@example.org")]
    [InlineData("123*@example.com", "12@example.com")]
    [InlineData("123*@example.com", "0123@example.com")]
    [InlineData("123*@example.com", "1234@a.example.com")]
    [InlineData("user@*.example.com", "user@example.com")]
    [InlineData("user@*.example.com", "user@anexample.com")]
    [InlineData("user@*.example.com", "user@.example.com")]
    [InlineData("user@*.example.com", "user2@a.example.com")]
    [InlineData("user@*.example.com", "user@a.example.com.example.org")]
    [InlineData("*.example.com", "user@example.com")]
    [InlineData("*.example.com", "user@.example.com")]
    [InlineData("*.example.com", "user.example.com")]
    [InlineData("*.example.com", "@a.example.com")]
    public void A_member_does_not_cover(string member, string address) => Assert.False(AddressSet.Create(["other@example.org", member]).Contains(address));

    [Fact]
    public void Contains_agrees_with_a_naive_model()
    {
        var label = Gen.OneOf("a", "B", "b", "com");
        var domain = label.Array[1, 4].Select(labels => string.Join('.', labels));
        var local = Gen.OneOf("a", "ab", "AB", "abc", "abcd", "abcde.f");
        var address = Gen.Select(local, domain, (local, domain) => $"{local}@{domain}");
        var member = Gen.Select(Gen.Int[0, 5], local, domain, (kind, local, domain) => kind switch
        {
            0 => $"*@{domain}",
            1 => $"@{domain}",
            2 => $"{local}*@{domain}",
            3 => $"{local}@*.{domain}",
            4 => $"*.{domain}",
            _ => $"{local}@{domain}",
        });
        Gen.Select(member.Array[0, 8], address).Sample(
            (members, address) => AddressSet.Create(members).Contains(address) == members.Any(member => Covers(member, address)),
            iter: 5_000);
    }

    [Fact]
    public void Members_are_counted_once_whatever_their_case_and_spelling() =>
        Assert.Equal(5, AddressSet.Create(["a@b.c", "A@B.c", "*@b.c", "@B.C", "abc*@b.c", "ABC*@b.c", "a@*.b.c", "*.b.c", "*.B.c"]).Count);

    [Fact]
    public void An_address_of_any_length_can_be_looked_up()
    {
        var set = AddressSet.Create(["abc*@example.com", "user@*.example.com", "*.example.org"]);
        var longLocal = new string('a', 100_000);
        var longDomain = string.Concat(Enumerable.Repeat("a.", 50_000));
        Assert.False(set.Contains($"{longLocal}@a.example.com"));
        Assert.False(set.Contains($"user@{longDomain}example.net"));
        Assert.True(set.Contains($"{longLocal}@{longDomain}example.org"));
        Assert.True(set.Contains($"abc{longLocal}@example.com"));
    }

    [Fact]
    public void A_parent_may_have_any_number_of_labels()
    {
        var parent = string.Join('.', Enumerable.Repeat("a", 40));
        var set = AddressSet.Create([$"*.{parent}", "*.com"]);
        Assert.True(set.Contains($"user@b.{parent}"));
        Assert.False(set.Contains($"user@{parent}"));
        Assert.False(set.Contains($"user@b.b.{parent[2..]}"));
        Assert.True(set.Contains("user@example.com"));
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("user")]
    [InlineData("")]
    [InlineData("01234567890123456789012345678901*@example.com")]
    public void What_is_no_member_is_refused(string member) => Assert.Throws<ArgumentException>(() => AddressSet.Create([member]));

    [Fact]
    public void A_member_that_is_too_long_is_refused()
    {
        var domain = string.Concat(Enumerable.Repeat("a.", 154)) + "com";
        Assert.True(AddressSet.Create([$"*.{domain}", $"12345678@{domain}"]).Contains($"user@b.{domain}"));
        Assert.Throws<ArgumentException>(() => AddressSet.Create([$"123456789@{domain}"]));
    }

    [Fact]
    public void A_domain_of_many_labels_is_looked_up_in_bounded_time()
    {
        // Each of a million labels would otherwise be a probe with all that follows it.
        var set = AddressSet.Create([$"*.{string.Concat(Enumerable.Repeat("a.", 100))}com"]);
        Assert.False(set.Contains("user@" + string.Concat(Enumerable.Repeat("a.", 1_000_000)) + "net"));
    }

    [Fact]
    public void A_look_up_allocates_nothing()
    {
        var set = AddressSet.Create(["a@b.c", "*@d.c", "abc*@b.c", "a@*.b.c", "*.e.c"]);
        string[] addresses = ["a@b.c", "x@d.c", "abcd@b.c", "a@x.b.c", "x@x.e.c", "x@y.z"];
        foreach (var address in addresses)
        {
            set.Contains(address);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var address in addresses)
        {
            set.Contains(address);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static bool Covers(string member, string address)
    {
        var (local, domain) = Split(address);
        if (!member.Contains('@'))
        {
            return IsBelow(domain, member);
        }

        var (memberLocal, memberDomain) = Split(member);
        return memberDomain.StartsWith('*')
            ? Same(local, memberLocal) && IsBelow(domain, memberDomain)
            : Same(domain, memberDomain)
                && (memberLocal.Length == 0
                    || (memberLocal[^1] == '*' ? local.StartsWith(memberLocal[..^1], StringComparison.OrdinalIgnoreCase) : Same(local, memberLocal)));

        static bool IsBelow(string domain, string wildcard) =>
            domain.EndsWith(wildcard[1..], StringComparison.OrdinalIgnoreCase) && domain.Length >= wildcard.Length;

        static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

        static (string Local, string Domain) Split(string address) => (address[..address.LastIndexOf('@')], address[(address.LastIndexOf('@') + 1)..]);
    }
}
