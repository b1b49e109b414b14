using System.Text;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Tests.Strings;

public class CaseFoldingTests
{
    [Fact]
    public void Every_character_equals_its_folding_and_no_other()
    {
        var all = Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(value => new Rune(value).ToString()).ToArray();
        var classes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var character in all)
        {
            var folded = CaseFolding.Fold(character);
            Assert.True(character.Equals(folded, StringComparison.OrdinalIgnoreCase), folded);
            Assert.Equal(folded, classes.TryAdd(character, folded) ? folded : classes[character]);
        }

        Assert.Equal(classes.Count, classes.Values.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Half_a_character_stays()
    {
        Assert.Equal("\uDC28\uD801A\uDC28", CaseFolding.Fold("\uDC28\uD801a\uDC28"));
        Assert.Equal("\uD801\uDC00\uDC28", CaseFolding.Fold("\uD801\uDC28\uDC28"));
    }
}
