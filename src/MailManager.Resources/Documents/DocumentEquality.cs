namespace MailManager.Resources.Documents;

/// <summary>Compares what documents say, wherever in a file they say it.</summary>
public static class DocumentEquality
{
    /// <summary>
    /// Both are absent, or have the same keys with the same values in any order, the same items in the same order, or the same text. Conservative: a
    /// value in quotes and the same value without are two.
    /// </summary>
    public static bool AreSame(DocumentNode? left, DocumentNode? right) => (left, right) switch
    {
        (null, null) => true,
        (ScalarNode a, ScalarNode b) => a.Kind == b.Kind && a.Text == b.Text,
        (ListNode a, ListNode b) => a.Items.Length == b.Items.Length && a.Items.Zip(b.Items).All(pair => AreSame(pair.First, pair.Second)),
        (MapNode a, MapNode b) => a.Entries.Length == b.Entries.Length && a.Entries.All(entry => b.Find(entry.Key) is { } other && AreSame(entry.Value, other)),
        _ => false,
    };
}
