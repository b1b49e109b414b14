namespace MailManager.Rules.CaseAnalysis;

/// <summary>Bounds a search by the steps it takes, so that what it finds does not depend on how fast the machine is.</summary>
/// <param name="total">Of all searches together.</param>
/// <param name="each">Of one search.</param>
public sealed class Effort(long total, long each)
{
    private long _left;

    /// <summary>A step is one look at one atom.</summary>
    public long Steps { get; private set; }

    /// <summary>The present search has had enough.</summary>
    public bool IsSpent => _left < 0 || Steps > total;

    public void Begin() => _left = each;

    public void Spend()
    {
        _left--;
        Steps++;
    }
}
