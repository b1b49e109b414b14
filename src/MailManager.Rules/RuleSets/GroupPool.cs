namespace MailManager.Rules.RuleSets;

/// <summary>The groups of one message, kept for the next one.</summary>
internal sealed class GroupPool<T>
    where T : RecipientGroup, new()
{
    private readonly List<T> _used = [];
    private readonly Stack<T> _unused = [];

    public IReadOnlyList<T> Used => _used;

    public int Count => _used.Count;

    public T this[int index] => _used[index];

    public T Add()
    {
        if (!_unused.TryPop(out var group))
        {
            group = new T();
        }

        _used.Add(group);
        return group;
    }

    public void Clear()
    {
        foreach (var group in _used)
        {
            group.Clear();
            _unused.Push(group);
        }

        _used.Clear();
    }
}
