using MailManager.Mta.Configuration;

namespace MailManager.Mta.QuickStart;

/// <summary>The configuration built into the program.</summary>
internal static class QuickStartConfiguration
{
    private const string ResourceName = "quickstart.yaml";

    public static ConfigurationResult Load(ConfigurationSource source)
    {
        using var content = typeof(QuickStartConfiguration).Assembly.GetManifestResourceStream(ResourceName)!;
        return ConfigurationFile.Load(content, ResourceName, source);
    }
}
