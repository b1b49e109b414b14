using System.Text;
using CsCheck;
using MailManager.Smtp.Grammar;

namespace MailManager.Smtp.Tests.Grammar;

public sealed class RecipientOptionsTests
{
    private static readonly DsnNotify[] All =
        [DsnNotify.Unspecified, DsnNotify.Never, .. Enumerable.Range(1, 7).Select(flags => (DsnNotify)(flags << 1))];

    /// <summary>RFC 3461 §4.1: what anyone wants to hear of is told, whoever else it is merged with.</summary>
    [Fact]
    public void Merged_recipients_hear_of_all_that_one_of_them_wants()
    {
        foreach (var (first, second) in All.SelectMany(first => All.Select(second => (Of(first), Of(second)))))
        {
            var merged = RecipientOptions.Merge(first, second);
            foreach (var occasion in (DsnNotify[])[DsnNotify.Success, DsnNotify.Failure, DsnNotify.Delay])
            {
                Assert.Equal(RecipientOptions.Wants(first, occasion) || RecipientOptions.Wants(second, occasion), RecipientOptions.Wants(merged, occasion));
            }
        }
    }

    [Fact]
    public void The_first_original_recipient_counts()
    {
        Assert.Equal("rfc822;a", RecipientOptions.Merge(new(DsnNotify.Never, "rfc822;a"), new(DsnNotify.Never, "rfc822;b"))!.OriginalRecipient);
        Assert.Equal("rfc822;b", RecipientOptions.Merge(null, new(DsnNotify.Never, "rfc822;b"))!.OriginalRecipient);
    }

    [Theory]
    [InlineData("a@b.test", "rfc822;a@b.test")]
    [InlineData("a+b=c@b.test", "rfc822;a+2Bb+3Dc@b.test")]
    [InlineData("\"a b\"@b.test", "rfc822;\"a+20b\"@b.test")]
    [InlineData("ü+\\@b.test", @"utf-8;\x{FC}\x{2B}\x{5C}@b.test")]
    public void An_address_becomes_an_original_recipient(string address, string expected) => Assert.Equal(expected, OriginalRecipient.For(address));

    [Fact]
    public void What_is_made_of_an_address_is_valid_and_reads_back() => Gen.Char[' ', '\u2fff'].Array[1, 80].Select(text => new string(text)).Sample(
        address =>
        {
            var made = OriginalRecipient.For(address);
            return made.Length == 0
                || (RcptCommand.TryParse(Encoding.ASCII.GetBytes($"TO:<a@b.test> ORCPT={made}"), out _, out _)
                    && (!Ascii.IsValid(address) || OriginalRecipient.Decode(made["rfc822;".Length..]) == address));
        },
        iter: 2_000);

    [Fact]
    public void One_that_would_be_too_long_is_left_out() => Assert.Empty(OriginalRecipient.For(new string('ü', 100)));

    private static RecipientOptions? Of(DsnNotify notify) => notify == DsnNotify.Unspecified ? null : new RecipientOptions(notify, string.Empty);
}
