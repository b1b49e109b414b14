using System.Collections.Immutable;
using MailManager.Rules.Mime;

namespace MailManager.Rules.Operands;

/// <summary>What conditions ask of a message's attachments. Immutable.</summary>
internal sealed class AttachmentFacts(MimeContents contents)
{
    /// <summary>No attachment.</summary>
    public static AttachmentFacts None { get; } = new(new MimeContents([], Problem: null));

    public ImmutableArray<Attachment> Attachments { get; } = contents.Attachments;

    /// <summary>Why not all attachments are known; null: they are.</summary>
    public MimeProblem? Problem { get; } = contents.Problem;

    /// <summary>File names of those that have one.</summary>
    public ImmutableArray<string> Names { get; } =
        [.. contents.Attachments.Select(attachment => attachment.Name).Where(name => name.Length > 0)];

    /// <summary>One for each attachment.</summary>
    public ImmutableArray<string> MediaTypes { get; } = [.. contents.Attachments.Select(attachment => attachment.MediaType)];

    /// <summary>Reads the message that the argument opens.</summary>
    public static AttachmentFacts Read(Func<Stream> open)
    {
        using var content = open();
        return new AttachmentFacts(AttachmentReader.Read(content, MimeLimits.Default, TimeProvider.System));
    }
}
