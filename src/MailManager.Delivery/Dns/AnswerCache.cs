using System.Collections.Concurrent;

namespace MailManager.Delivery.Dns;

/// <summary>
/// Answers of somebody slow, each kept for a time of its own. A question that is under way is not asked again. Bounded; thread-safe.
/// </summary>
/// <param name="capacity">Answers kept.</param>
/// <param name="time">The clock.</param>
public sealed class AnswerCache<TQuestion, TAnswer>(int capacity, TimeProvider time)
    where TQuestion : notnull
{
    private readonly ConcurrentDictionary<TQuestion, (TAnswer Answer, DateTimeOffset Expires)> _answers = new();
    private readonly ConcurrentDictionary<TQuestion, Lazy<Task<TAnswer>>> _asking = new();
    private readonly Lock _keeping = new();
    private int _count;

    /// <summary>Answers kept, expired ones included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Questions under way.</summary>
    public int Asking => _asking.Count;

    /// <summary>The answer, if it is known.</summary>
    public bool TryGet(TQuestion question, out TAnswer answer)
    {
        var isKnown = _answers.TryGetValue(question, out var entry) && entry.Expires > time.GetUtcNow();
        answer = entry.Answer;
        return isKnown;
    }

    /// <summary>The answer, from memory or by asking.</summary>
    /// <param name="question">The question.</param>
    /// <param name="ask">Returns the answer, and how long it holds. It serves whoever has the same question meanwhile, so nobody's token ends it.</param>
    public Task<TAnswer> GetAsync(TQuestion question, Func<TQuestion, Task<(TAnswer Answer, TimeSpan TimeToLive)>> ask)
    {
        if (TryGet(question, out var known))
        {
            return Task.FromResult(known);
        }

        var asked = new Lazy<Task<TAnswer>>(() => AskAsync(question, ask));
        return _asking.GetOrAdd(question, asked).Value;
    }

    private async Task<TAnswer> AskAsync(TQuestion question, Func<TQuestion, Task<(TAnswer Answer, TimeSpan TimeToLive)>> ask)
    {
        // Else an answer that is there at once would leave the list of questions before it is in.
        await Task.Yield();
        try
        {
            var (answer, timeToLive) = await ask(question).ConfigureAwait(false);
            if (timeToLive > TimeSpan.Zero)
            {
                Keep(question, answer, time.GetUtcNow() + timeToLive);
            }

            return answer;
        }
        finally
        {
            _asking.TryRemove(question, out _);
        }
    }

    private void Keep(TQuestion question, TAnswer answer, DateTimeOffset expires)
    {
        // One at a time, or a replacement would go uncounted when room is made just then.
        lock (_keeping)
        {
            if (!_answers.TryAdd(question, (answer, expires)))
            {
                _answers[question] = (answer, expires);
            }
            else if (++_count > capacity)
            {
                MakeRoom();
            }
        }
    }

    /// <summary>Removes what has expired and, if that is less than a tenth, others as they come until it is.</summary>
    private void MakeRoom()
    {
        var now = time.GetUtcNow();
        foreach (var entry in _answers)
        {
            if (entry.Value.Expires <= now)
            {
                Remove(entry.Key);
            }
        }

        var goal = capacity - (capacity / 10);
        foreach (var entry in _answers)
        {
            if (_count <= goal)
            {
                return;
            }

            Remove(entry.Key);
        }
    }

    private void Remove(TQuestion question)
    {
        if (_answers.TryRemove(question, out _))
        {
            _count--;
        }
    }
}
