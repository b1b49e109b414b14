namespace MailManager.Smtp.Tests.Server;

/// <summary>A client that says nothing for a while.</summary>
/// <param name="Word">Within or after a step that has this in it; when there is none, any.</param>
/// <param name="Step">Which of them, counted around.</param>
/// <param name="Owed">How many octets of the step are kept back, counted around.</param>
/// <param name="IsTooLong">For longer than the session waits.</param>
internal sealed record SessionPause(string Word, int Step, int Owed, bool IsTooLong)
{
    public TimeSpan Time => IsTooLong ? SessionKind.IdleTimeout + SessionKind.Moment : SessionKind.IdleTimeout - SessionKind.Moment;

    /// <summary>How many octets of all the steps come before it; at least one.</summary>
    public int Position(string[] steps)
    {
        int[] all = [.. Enumerable.Range(0, steps.Length)];
        int[] some = [.. all.Where(i => steps[i].Contains(Word, StringComparison.Ordinal))];
        var step = some.Length > 0 ? some[Step % some.Length] : all[Step % all.Length];
        return steps.Take(step + 1).Sum(octets => octets.Length) - (Owed % steps[step].Length);
    }
}
