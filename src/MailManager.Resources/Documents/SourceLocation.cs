namespace MailManager.Resources.Documents;

/// <summary>A place in a document.</summary>
/// <param name="File">The name under which the document was given: a path, or a name for an embedded text or a request body.</param>
/// <param name="Line">From 1; 0 when the whole document is meant, as when it cannot be opened.</param>
/// <param name="Column">From 1, in characters; 0 together with line 0.</param>
public readonly record struct SourceLocation(string File, int Line, int Column);
