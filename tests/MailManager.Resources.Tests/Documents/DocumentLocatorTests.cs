using System.Text;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Tests.Documents;

public class DocumentLocatorTests
{
    private const string Text = "Rules:\n  - Name: one\n  - Name: two\n    Values: [ a,\n      b ]\n";

    [Theory]
    [InlineData("", 1)]
    [InlineData("Rules[1]", 3)]
    [InlineData("Rules[1].Name", 3)]
    [InlineData("Rules[1].Values[1]", 5)]
    [InlineData("Rules[1].Values[7]", 4)]
    [InlineData("Rules[0].Missing.Further[3]", 2)]
    [InlineData("Rules.Name", 2)]
    [InlineData("Rules[x]", 2)]
    public void Find_gives_the_line_of_the_value_or_of_the_last_one_on_the_way(string path, int line)
    {
        var root = DocumentReader.Read(Encoding.UTF8.GetBytes(Text), "f.yaml", DocumentFormat.Yaml, new DocumentErrors())!;

        Assert.Equal(line, DocumentLocator.Find(root, path).Line);
    }
}
