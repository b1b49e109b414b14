using CsCheck;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Tests.Strings;

public class AhoCorasickTests
{
    [Fact]
    public void Thousands_of_values_of_many_scripts_are_all_found()
    {
        // Wide levels (thousands of first characters) and long thin tails at once.
        var values = Enumerable.Range(0, 5_000).Select(i => $"{(char)(0x4E00 + i)}{i}{new string('x', i % 50)}")
            .Concat(Enumerable.Range(0, 5_000).Select(i => $"invoice {i * 7919}"))
            .ToArray();
        var automaton = new AhoCorasick(values.Select((value, i) => (value, i)));
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var chosen = Enumerable.Range(0, 3).Select(_ => random.Next(values.Length)).ToArray();
            var text = string.Join(" ", chosen.Select(number => values[number].ToUpperInvariant()));
            var expected = Enumerable.Range(0, values.Length).Where(number => text.Contains(values[number], StringComparison.OrdinalIgnoreCase)).ToArray();
            var bits = new ulong[(values.Length + 63) / 64];
            automaton.FindAll(text, bits);
            Assert.Equal(expected, Enumerable.Range(0, values.Length).Where(number => (bits[number >> 6] & (1UL << number)) != 0));
            Assert.Equal(expected[0], automaton.FindLowest(text));
            Assert.True(automaton.ContainsAny(text));
        }

        // 16 octets for each of the states, and a few that are free.
        Assert.InRange(automaton.MemorySize, 1, 16 * 1.3 * values.Sum(value => value.Length));
    }

    [Fact]
    public void It_agrees_with_plain_search() => Gen.Select(Texts.DenseValue.Array[1, 30], Texts.Text).Sample(
        (values, text) =>
        {
            var automaton = new AhoCorasick(values.Select((value, i) => (value, i)));
            var bits = new ulong[1];
            automaton.FindAll(text, bits);
            var expected = values.Select((value, i) => text.Contains(value, StringComparison.OrdinalIgnoreCase) ? 1UL << i : 0).Aggregate((a, b) => a | b);
            return bits[0] == expected && automaton.ContainsAny(text) == (expected != 0);
        },
        iter: 5_000);
}
