namespace MailManager.Rules.RuleSets;

/// <summary>
/// Lists of added headers, each made by adding one to another list and named by a number: recipients with the same headers in the same
/// order have the same number. Kept and cleared for each message. Not thread-safe.
/// </summary>
internal sealed class HeaderChains
{
    /// <summary>No headers.</summary>
    public const int None = -1;

    private readonly List<(int Parent, AddedHeader Header)> _chains = [];

    public void Clear() => _chains.Clear();

    public int With(int chain, AddedHeader header)
    {
        for (var i = chain + 1; i < _chains.Count; i++)
        {
            if (_chains[i].Parent == chain && ReferenceEquals(_chains[i].Header, header))
            {
                return i;
            }
        }

        _chains.Add((chain, header));
        return _chains.Count - 1;
    }

    /// <summary>Adds the headers to a list, in the order in which they were added.</summary>
    public void CopyTo(int chain, List<AddedHeader> headers)
    {
        for (; chain != None; chain = _chains[chain].Parent)
        {
            headers.Add(_chains[chain].Header);
        }

        headers.Reverse();
    }
}
