using System.Collections.Immutable;
using MailManager.Smtp.Grammar;

namespace MailManager.Messages.Envelope;

/// <summary>The envelope of one transaction as it was accepted (RFC 5321 §2.3.1). Immutable.</summary>
/// <param name="ReversePath">Sender address; empty for the null reverse-path.</param>
/// <param name="Recipients">Forward-paths that were answered 250, in order; duplicates possible.</param>
/// <param name="Body">What the client declared with <c>BODY=</c> (RFC 6152, RFC 3030).</param>
public sealed record MessageEnvelope(string ReversePath, ImmutableArray<string> Recipients, BodyType Body)
{
    /// <summary>What MAIL asked for; null, as for most messages: nothing.</summary>
    public MailOptions? Options { get; init; }

    /// <summary>What RCPT asked for, by the index of the recipient; empty, as for most messages: none asked for anything.</summary>
    public ImmutableArray<RecipientOptions?> RecipientOptions { get; init; } = [];
}
