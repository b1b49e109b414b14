using MailManager.Resources.Binding;

namespace MailManager.Resources.Tests.Binding;

public class NearestWordTests
{
    [Theory]
    [InlineData("RelayNam", "RelayName")]
    [InlineData("relayname", "RelayName")]
    [InlineData("RleayName", "RelayName")]
    [InlineData("Tl", "Tls")]
    [InlineData("Password", null)]
    [InlineData("", null)]
    public void The_nearest_word_is_found_if_it_is_near(string word, string? expected) =>
        Assert.Equal(expected, NearestWord.Find(word, ["ServerName", "RelayName", "Tls"]));

    [Fact]
    public void Long_words_are_not_compared() => Assert.Null(NearestWord.Find(new string('a', 65), [new string('a', 64)]));
}
