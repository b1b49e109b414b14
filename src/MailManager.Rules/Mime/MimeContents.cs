using System.Collections.Immutable;

namespace MailManager.Rules.Mime;

/// <summary>What is attached to a message.</summary>
/// <param name="Attachments">In the order in which they end; when the message is too complex, those before the place where reading stopped.</param>
/// <param name="Problem">Why the message is too complex; null when all of it was read.</param>
public sealed record MimeContents(ImmutableArray<Attachment> Attachments, MimeProblem? Problem)
{
    /// <summary>Not all attachments are known.</summary>
    public bool IsTooComplex => Problem is not null;
}
