using System.Text;
using CsCheck;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Tests;

/// <summary>Documents that are damaged at random give records or errors with a line, never an exception and never a secret.</summary>
public class MutationTests
{
    private static readonly string[] Yaml = [FullDocument.Yaml, LanguageDocument.Yaml];
    private static readonly string[] Json = [.. Yaml.Select(JsonText.FromYaml)];

    private static readonly string[] Fragments =
    [
        "", " ", "\n", "\n\n  ", "\t", "- ", ": ", ", ", "{", "}", "[", "]", "'", "\"", "&a ", "*a", "!x ", "|", ">", "%", "@", "`", "#", "---\n",
        "...\n", "? ", "~", "null", "true", "-1", "1e400", ".inf", "\\u0000", "\\ud800", "\0", "\u0085", "\u2028", "é", "😀", "<<: ", "${",
        "${env:", "${file:x}", "}", "$$", "/33", "::", "999999999999999999999", "Conditions", "Relay", "RECIPIENT", "{}", "[]",
        "AnyOf: [", "Not: {", "(?=", "(a{1000}){1000}", "\\p{Lu}", "$1", "*@", "offices", "true", "Expect", ", ",
        "\\x", "\\", "\r", "\r\n", "%YAML 1.1\n", "%TAG ! x\n",
    ];

    private static readonly Gen<(int At, int Length, int Fragment)> Mutation =
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[0, 30], Gen.Int[0, Fragments.Length - 1]);

    [Fact]
    public void Damaged_yaml_gives_records_or_errors() =>
        Gen.Select(Gen.Int[0, 1], Mutation.List[1, 4]).Sample(
            (document, mutations) => AssertSound(Damage(Yaml[document], mutations), FullDocument.FileName), iter: 3000);

    [Fact]
    public void Damaged_json_gives_records_or_errors() =>
        Gen.Select(Gen.Int[0, 1], Mutation.List[1, 4]).Sample(
            (document, mutations) => AssertSound(Damage(Json[document], mutations), "mailmanager.json"), iter: 3000);

    [Fact]
    public void Random_octets_give_errors() =>
        Gen.Byte.Array[0, 200].Sample(
            octets =>
            {
                AssertErrorsSound(ReadingResources.ReadBytes(octets).Errors);
                AssertErrorsSound(ReadingResources.ReadBytes(octets, "mailmanager.json").Errors);
            },
            iter: 2000);

    [Fact]
    public void Random_yaml_punctuation_gives_errors() =>
        Gen.Int[0, Fragments.Length - 1].Array[0, 30].Sample(
            picks => AssertErrorsSound(
                ReadingResources.ReadBytes(Encoding.UTF8.GetBytes(string.Concat(picks.Select(pick => Fragments[pick])))).Errors),
            iter: 2000);

    private static string Damage(string text, List<(int At, int Length, int Fragment)> mutations)
    {
        foreach (var (at, length, fragment) in mutations)
        {
            var start = at % (text.Length + 1);
            var end = Math.Min(text.Length, start + length);
            text = text[..start] + Fragments[fragment] + text[end..];
        }

        return text;
    }

    private static void AssertSound(string text, string fileName)
    {
        var (resources, errors) = ReadingResources.ReadBytes(Encoding.UTF8.GetBytes(text), fileName);
        Assert.Equal(errors.Count == 0, resources is not null);
        AssertErrorsSound(errors);
    }

    private static void AssertErrorsSound(IReadOnlyList<DocumentError> errors)
    {
        foreach (var error in errors)
        {
            Assert.True(error.Location.Line >= 1 && error.Location.Column >= 1, error.ToString());
            Assert.DoesNotContain('\n', error.ToString());
            Assert.NotEmpty(error.Message);

            // Where damage has put a value outside of its secret, what is left of it is no longer one; a whole value never shows.
            Assert.DoesNotContain(FullDocument.Password, error.ToString(), StringComparison.Ordinal);
        }
    }
}
