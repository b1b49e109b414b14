using System.Collections.Immutable;
using MailManager.Delivery.Shaping;
using MailManager.Resources.Binding;
using MailManager.Resources.Documents;

namespace MailManager.Mta.Configuration;

/// <summary>The reply patterns that come with the program.</summary>
internal static class ShippedReplyPatterns
{
    private const string ResourceName = "reply-patterns.yaml";

    private static readonly Lazy<ImmutableArray<ReplyPattern>> Parsed = new(Parse);

    public static ImmutableArray<ReplyPattern> All => Parsed.Value;

    /// <summary>The file, UTF-8; the caller disposes it.</summary>
    public static Stream Open() => typeof(ShippedReplyPatterns).Assembly.GetManifestResourceStream(ResourceName)!;

    private static ImmutableArray<ReplyPattern> Parse()
    {
        using var stream = Open();
        var octets = new byte[stream.Length];
        stream.ReadExactly(octets);
        var context = new ReadContext();
        var root = DocumentReader.Read(octets, ResourceName, DocumentFormat.Yaml, context.Errors)!;
        var patterns = ReplyPatternsReader.Read(new DocumentValue(root, DocumentPath.Root, context).Map(["ReplyPatterns"])!);
        return context.Errors.Count == 0 ? patterns : throw new InvalidDataException(string.Join('\n', context.Errors.InFileOrder()));
    }
}
