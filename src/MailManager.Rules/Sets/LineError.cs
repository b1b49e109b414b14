namespace MailManager.Rules.Sets;

/// <summary>What is wrong with a line of a file.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Reason">For the operator, in English.</param>
public sealed record LineError(int Line, string Reason)
{
    public override string ToString() => $"line {Line}: {Reason}";
}
