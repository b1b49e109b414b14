using System.Collections.Immutable;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Identities;

/// <summary>Reads <c>DkimSigningAttributes</c> of an identity, which has the names of SES API v2, and the files that it names.</summary>
internal static class DkimSigningReader
{
    private const string Selector = "DomainSigningSelector";
    private const string KeyFile = "DomainSigningPrivateKeyFile";

    /// <summary>Two of each algorithm, while keys change.</summary>
    private const int MaximumKeys = 4;

    /// <param name="identity">The map of the identity.</param>
    /// <param name="files">Where paths start.</param>
    public static ImmutableArray<DkimKey> Read(MapReader identity, FileReferences files)
    {
        var selectors = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return identity.Items("DkimSigningAttributes", 1, MaximumKeys, value => ReadKey(value, files, selectors));
    }

    private static DkimKey? ReadKey(DocumentValue value, FileReferences files, HashSet<string> selectors)
    {
        if (value.Map([Selector, KeyFile]) is not { } map)
        {
            return null;
        }

        var selectorValue = map.Required(Selector);
        var selector = selectorValue?.PlainText();
        if (selector is not null && (DkimKeyFile.ProblemWithSelector(selector) ?? (selectors.Add(selector) ? null : $"{DisplayText.Quote(selector)} is there twice")) is { } problem)
        {
            selectorValue!.Error(problem);
        }

        var fileValue = map.Required(KeyFile);
        if (fileValue is null || files.Read(fileValue) is not { } path || selector is null || map.Failed)
        {
            return null;
        }

        var (key, wrong) = DkimKeyFile.Read(selector, path);
        if (wrong is not null)
        {
            fileValue.Error(wrong);
        }

        return key;
    }
}
