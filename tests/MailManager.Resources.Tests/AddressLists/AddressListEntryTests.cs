using CsCheck;
using MailManager.Resources.AddressLists;

namespace MailManager.Resources.Tests.AddressLists;

public class AddressListEntryTests
{
    private const string LocalLetters = "abcXYZ019!#$%&'+-/=?^_`{|}~.é";

    private static readonly Gen<string> Label = Gen.Char["abcXYZ019"].Array[1, 10].Select(letters => new string(letters));

    private static readonly Gen<string> Local = Gen.Char[LocalLetters].Array[1, 30].Select(letters => new string(letters));

    private static readonly Gen<string> Prefix = Gen.Char[LocalLetters].Array[3, 19].Select(letters => new string(letters));

    [Theory]
    [InlineData("someone@example.com", AddressListEntryKind.Address, "someone", "example.com")]
    [InlineData("some.one+tag@localhost", AddressListEntryKind.Address, "some.one+tag", "localhost")]
    [InlineData("grüße@example.com", AddressListEntryKind.Address, "grüße", "example.com")]
    [InlineData("*@domain.com", AddressListEntryKind.Domain, "", "domain.com")]
    [InlineData("@domain.com", AddressListEntryKind.Domain, "", "domain.com")]
    [InlineData("123*@domain.com", AddressListEntryKind.Prefix, "123", "domain.com")]
    [InlineData("1234567890123456789*@domain.com", AddressListEntryKind.Prefix, "1234567890123456789", "domain.com")]
    [InlineData("local@*.domain1.com", AddressListEntryKind.LocalBelowDomain, "local", "domain1.com")]
    [InlineData("*.domain1.com", AddressListEntryKind.BelowDomain, "", "domain1.com")]
    [InlineData("*.a.b.c.d.e.f.g.h.i", AddressListEntryKind.BelowDomain, "", "a.b.c.d.e.f.g.h.i")]
    public void Entries_of_the_five_kinds(string text, AddressListEntryKind kind, string local, string domain)
    {
        Assert.Equal(new AddressListEntry(kind, local, domain), AddressListEntry.Parse(text, out var problem));
        Assert.Null(problem);
    }

    [Theory]
    [InlineData("", "'' has 0 characters, must have 3 to 320")]
    [InlineData("@a", "'@a' has 2 characters, must have 3 to 320")]
    [InlineData("example.com", "'example.com' has no '@'; a domain is written @domain or *@domain, what is below it *.domain")]
    [InlineData("*example.com", "'*example.com' has a '*' in a wrong place; it may be the end of what is before '@', or the first part of the domain")]
    [InlineData("*@*.example.com", "'*@*.example.com' has more than one '*'")]
    [InlineData("a*b@example.com", "'a*b@example.com' has a '*' in a wrong place; it may be the end of what is before '@', or the first part of the domain")]
    [InlineData("a@ex*.com", "'a@ex*.com' has a '*' in a wrong place; it may be the end of what is before '@', or the first part of the domain")]
    [InlineData("a@*", "'a@*' has a '*' in a wrong place; it may be the end of what is before '@', or the first part of the domain")]
    [InlineData("12*@example.com", "'12*@example.com' has 2 characters before '*', must have none or 3 to 19")]
    [InlineData("12345678901234567890*@example.com", "'12345678901234567890*@example.com' has 20 characters before '*', must have none or 3 to 19")]
    [InlineData("@*.example.com", "'@*.example.com' has nothing before '@'; all addresses below a domain are written *.domain")]
    [InlineData("*.com", "'*.com' has 1 levels after '*', must have 2 to 9")]
    [InlineData("a@*.com", "'a@*.com' has 1 levels after '*', must have 2 to 9")]
    [InlineData("*.a.b.c.d.e.f.g.h.i.j", "'*.a.b.c.d.e.f.g.h.i.j' has 10 levels after '*', must have 2 to 9")]
    [InlineData("a b@example.com", "'a b@example.com' is not an address: before '@' may be letters, digits and !#$%&'+-/=?^_`{|}~.")]
    [InlineData("\"a\"@example.com", "'\"a\"@example.com' is not an address: before '@' may be letters, digits and !#$%&'+-/=?^_`{|}~.")]
    [InlineData("a@b@example.com", "'a@b@example.com' is not an address: before '@' may be letters, digits and !#$%&'+-/=?^_`{|}~.")]
    [InlineData("a\u0085@example.com", "'a\\u{85}@example.com' is not an address: before '@' may be letters, digits and !#$%&'+-/=?^_`{|}~.")]
    [InlineData("a@bücher.example", "'a@bücher.example': 'bücher.example' has letters that are not ASCII; write its A-label form, which starts with xn--")]
    [InlineData("a@-b.example", "'a@-b.example': '-b.example' is not a domain name: its parts may have letters, digits and, inside, hyphens")]
    [InlineData("a@", "'a@' has 2 characters, must have 3 to 320")]
    [InlineData("ab@", "'ab@': '' is not a domain name: it has 0 characters, must have 1 to 253")]
    [InlineData("a@192.0.2.1", "'a@192.0.2.1': '192.0.2.1' is not a domain name: its last part is a number")]
    public void Others_are_refused_with_the_reason(string text, string problem)
    {
        Assert.Null(AddressListEntry.Parse(text, out var found));
        Assert.Equal(problem, found);
        Assert.Equal(problem, AddressListEntry.ProblemWith(text));
    }

    [Fact]
    public void Three_hundred_and_twenty_characters_are_the_most()
    {
        var longest = new string('a', 320 - "@example.com".Length) + "@example.com";

        Assert.Null(AddressListEntry.ProblemWith(longest));
        Assert.EndsWith("has 321 characters, must have 3 to 320", AddressListEntry.ProblemWith("a" + longest), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_grammar_makes_is_taken_apart_again() =>
        Gen.Select(Gen.Enum<AddressListEntryKind>(), Local, Prefix, Label.Array[2, 9].Select(labels => string.Join('.', labels) + ".test"), Gen.Bool).Sample(
            (kind, local, prefix, domain, isStarred) =>
            {
                domain = kind is AddressListEntryKind.BelowDomain or AddressListEntryKind.LocalBelowDomain ? domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..] : domain;
                var (text, expected) = kind switch
                {
                    AddressListEntryKind.Address => ($"{local}@{domain}", local),
                    AddressListEntryKind.Domain => ($"{(isStarred ? "*" : "")}@{domain}", ""),
                    AddressListEntryKind.Prefix => ($"{prefix}*@{domain}", prefix),
                    AddressListEntryKind.LocalBelowDomain => ($"{local}@*.{domain}", local),
                    _ => ($"*.{domain}", ""),
                };

                Assert.Equal(new AddressListEntry(kind, expected, domain), AddressListEntry.Parse(text, out _));
            },
            iter: 5000);

    [Fact]
    public void Any_text_is_an_entry_or_has_a_problem() =>
        Gen.Char["a1.@*-é \"\n"].Array[0, 25].Sample(
            letters =>
            {
                var entry = AddressListEntry.Parse(letters, out var problem);

                Assert.Equal(entry is null, problem is not null);
                Assert.DoesNotContain('*', entry?.Local + entry?.Domain);
            },
            iter: 20_000);
}
