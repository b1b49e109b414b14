namespace MailManager.Resources.Documents;

/// <summary>Ends the reading of a document that is not well formed; never leaves <see cref="DocumentReader"/>.</summary>
internal sealed class DocumentSyntaxException(SourceLocation location, string message) : Exception(message)
{
    public SourceLocation Location { get; } = location;
}
