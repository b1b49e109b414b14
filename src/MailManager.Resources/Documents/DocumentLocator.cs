using System.Globalization;

namespace MailManager.Resources.Documents;

/// <summary>Finds where a value is written, for errors that are found after a document has been read.</summary>
public static class DocumentLocator
{
    /// <summary>
    /// The place of the value that a path such as <c>RuleSets[0].Rules[1].Conditions[0]</c> leads to; where the document does not have it, the place
    /// of the last value on the way.
    /// </summary>
    public static SourceLocation Find(DocumentNode root, string path)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentNullException.ThrowIfNull(path);
        var node = root;
        foreach (var step in path.Split('.', '[').Where(step => step.Length > 0))
        {
            var next = step[^1] == ']' ? Item(node, step[..^1]) : (node as MapNode)?.Entries.FirstOrDefault(entry => entry.Key == step)?.Value;
            if (next is null)
            {
                break;
            }

            node = next;
        }

        return node.Location;
    }

    private static DocumentNode? Item(DocumentNode node, string index) =>
        node is ListNode list && int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < list.Items.Length
            ? list.Items[at]
            : null;
}
