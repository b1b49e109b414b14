namespace MailManager.Rules.RuleSets;

/// <summary>
/// Lists of header edits, each made by adding one to another list and named by a number: recipients with the same edits in the same
/// order have the same number. Kept and cleared for each message. Not thread-safe.
/// </summary>
internal sealed class HeaderChains
{
    /// <summary>No edits.</summary>
    public const int None = -1;

    private readonly List<(int Parent, HeaderEdit Edit)> _chains = [];

    public void Clear() => _chains.Clear();

    public int With(int chain, HeaderEdit edit)
    {
        for (var i = chain + 1; i < _chains.Count; i++)
        {
            if (_chains[i].Parent == chain && ReferenceEquals(_chains[i].Edit, edit))
            {
                return i;
            }
        }

        _chains.Add((chain, edit));
        return _chains.Count - 1;
    }

    /// <summary>What the edits come to.</summary>
    /// <param name="chain">Which list.</param>
    /// <param name="added">Empty; takes the fields to be added, in order.</param>
    /// <param name="removed">Empty; takes the names of the message's fields to be taken away, each once.</param>
    public void Resolve(int chain, List<AddedHeader> added, List<string> removed)
    {
        // From the last edit to the first: a removal concerns what came before it.
        for (; chain != None; chain = _chains[chain].Parent)
        {
            var edit = _chains[chain].Edit;
            if (Contains(removed, edit.Name))
            {
                continue;
            }

            if (edit.Line is { } line)
            {
                added.Add(line);
            }

            if (edit.Removes)
            {
                removed.Add(edit.Name);
            }
        }

        added.Reverse();
    }

    private static bool Contains(List<string> names, string name)
    {
        foreach (var other in names)
        {
            if (other.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
