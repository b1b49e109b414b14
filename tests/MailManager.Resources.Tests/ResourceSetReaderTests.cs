namespace MailManager.Resources.Tests;

public class ResourceSetReaderTests
{
    [Fact]
    public void A_full_document_has_no_errors()
    {
        var resources = ReadingResources.ReadValid(FullDocument.Yaml);

        Assert.True(resources.Identities.Covers("anyone@example.com"));
        Assert.Single(resources.IngressPoints);
        Assert.Equal(2, resources.Relays.Length);
    }

    [Fact]
    public void Json_gives_the_same_records_as_yaml()
    {
        var yaml = ReadingResources.ReadValid(FullDocument.Yaml);
        var json = ReadingResources.ReadValid(JsonText.FromYaml(FullDocument.Yaml), "mailmanager.json");

        Assert.Equal(RecordText.Of(yaml), RecordText.Of(json));
    }
}
