namespace MailManager.Resources.Documents;

/// <summary>What is wrong at one place of a document. Never holds a secret's value.</summary>
/// <param name="Location">Where the value, or the key, is written.</param>
/// <param name="Path">Way to the value, empty for the whole document and for errors of syntax.</param>
/// <param name="Message">What is wrong, and what is allowed instead.</param>
public sealed record DocumentError(SourceLocation Location, string Path, string Message)
{
    /// <summary><c>file:line: path: message</c>, <c>file:line:column: message</c> without a path, <c>file: message</c> without a line.</summary>
    public override string ToString() => (Location.Line, Path) switch
    {
        (0, _) => $"{Location.File}: {Message}",
        (_, "") => $"{Location.File}:{Location.Line}:{Location.Column}: {Message}",
        _ => $"{Location.File}:{Location.Line}: {Path}: {Message}",
    };
}
