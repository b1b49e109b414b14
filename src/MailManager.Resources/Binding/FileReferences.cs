using MailManager.Resources.Documents;

namespace MailManager.Resources.Binding;

/// <summary>Reads paths of files.</summary>
/// <param name="directory">Where relative paths start: the directory of the configuration file. Itself absolute.</param>
public sealed class FileReferences(string directory)
{
    /// <summary>The full path of a file that is there; whether it holds what it should is seen when it is loaded.</summary>
    public string? Read(DocumentValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Text(TextRule.NotEmpty) is not { } text)
        {
            return null;
        }

        var path = text.Contains('\0', StringComparison.Ordinal) ? null : Path.GetFullPath(text, directory);
        if (File.Exists(path))
        {
            return path;
        }

        value.Error($"the file {DisplayText.Quote(path ?? text)} does not exist");
        return null;
    }
}
