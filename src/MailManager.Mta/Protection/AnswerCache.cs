using System.Collections.Concurrent;

namespace MailManager.Mta.Protection;

/// <summary>
/// Answers of somebody slow, each kept for a time of its own. A question that is under way is not asked again. Bounded; thread-safe.
/// </summary>
/// <param name="capacity">Answers kept.</param>
/// <param name="time">The clock.</param>
internal sealed class AnswerCache<TQuestion, TAnswer>(int capacity, TimeProvider time)
    where TQuestion : notnull
{
    private readonly ConcurrentDictionary<TQuestion, (TAnswer Answer, DateTimeOffset Expires)> _answers = new();
    private readonly ConcurrentDictionary<TQuestion, Lazy<Task<TAnswer>>> _asking = new();
    private readonly Lock _makingRoom = new();
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
        if (_answers.TryAdd(question, (answer, expires)))
        {
            if (Interlocked.Increment(ref _count) > capacity)
            {
                MakeRoom();
            }
        }
        else
        {
            _answers[question] = (answer, expires);
        }
    }

    /// <summary>Removes what has expired and, if that is less than a tenth, others as they come until it is.</summary>
    private void MakeRoom()
    {
        lock (_makingRoom)
        {
            if (Count <= capacity)
            {
                return;
            }

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
                if (Count <= goal)
                {
                    return;
                }

                Remove(entry.Key);
            }
        }
    }

    private void Remove(TQuestion question)
    {
        if (_answers.TryRemove(question, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
