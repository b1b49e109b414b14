using System.Collections.Immutable;

namespace MailManager.Mta.Simulation.Corpus;

/// <summary>What two configurations make of the same messages.</summary>
/// <param name="Messages">That were judged.</param>
/// <param name="Recipients">Of all of them together.</param>
/// <param name="Changes">Grouped by old and new disposition, the most frequent first.</param>
internal sealed record Difference(int Messages, int Recipients, ImmutableArray<DispositionChange> Changes)
{
    /// <summary>Recipients to whom something else happens.</summary>
    public int Changed => Changes.Sum(change => change.Cases.Length);
}

/// <summary>Recipients with the same change.</summary>
/// <param name="Old">Disposition under the old configuration.</param>
/// <param name="New">Disposition under the new one.</param>
/// <param name="Cases">In the order of the messages' names.</param>
internal sealed record DispositionChange(string Old, string New, ImmutableArray<ChangedRecipient> Cases);

/// <summary>One recipient of one message.</summary>
/// <param name="Message">The file's name, relative to the corpus.</param>
/// <param name="Recipient">As in the envelope.</param>
internal sealed record ChangedRecipient(string Message, string Recipient);
