using MailManager.Delivery.Dns;
using Microsoft.Extensions.Time.Testing;

namespace MailManager.Mta.Tests.Protection;

public class AnswerCacheTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task An_answer_holds_for_its_own_time()
    {
        var cache = new AnswerCache<string, int>(10, _time);
        var asked = 0;
        Task<(int, TimeSpan)> Ask(string question) => Task.FromResult((++asked, TimeSpan.FromMinutes(question.Length)));

        Assert.Equal(1, await cache.GetAsync("a", Ask));
        Assert.Equal(2, await cache.GetAsync("bb", Ask));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(cache.TryGet("a", out _));
        Assert.True(cache.TryGet("bb", out var kept));
        Assert.Equal(2, kept);
        Assert.Equal(3, await cache.GetAsync("a", Ask));
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public async Task A_question_under_way_is_not_asked_again()
    {
        var cache = new AnswerCache<string, int>(10, _time);
        var answer = new TaskCompletionSource<(int, TimeSpan)>();
        var asked = 0;
        var waiting = Enumerable.Range(0, 100).Select(_ => cache.GetAsync("a", _ =>
        {
            Interlocked.Increment(ref asked);
            return answer.Task;
        })).ToArray();

        Assert.Equal(1, cache.Asking);
        answer.SetResult((7, TimeSpan.Zero));
        Assert.All(await Task.WhenAll(waiting), value => Assert.Equal(7, value));
        Assert.Equal(1, asked);
        Assert.Equal(0, cache.Asking);
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public async Task Answers_are_bounded_and_expired_ones_go_first()
    {
        var cache = new AnswerCache<int, int>(100, _time);
        for (var i = 0; i < 50; i++)
        {
            await cache.GetAsync(i, _ => Task.FromResult((0, TimeSpan.FromSeconds(1))));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 50; i < 101; i++)
        {
            await cache.GetAsync(i, _ => Task.FromResult((0, TimeSpan.FromHours(1))));
        }

        Assert.Equal(51, cache.Count);
        Assert.All(Enumerable.Range(50, 51), i => Assert.True(cache.TryGet(i, out _)));
        await Parallel.ForEachAsync(Enumerable.Range(1000, 10_000), async (i, _) => await cache.GetAsync(i, _ => Task.FromResult((0, TimeSpan.FromHours(1)))));
        Assert.InRange(cache.Count, 1, 100);
    }

    [Fact]
    public async Task A_question_that_fails_is_forgotten()
    {
        var cache = new AnswerCache<string, int>(10, _time);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetAsync("a", _ => throw new InvalidOperationException()));
        Assert.Equal(1, await cache.GetAsync("a", _ => Task.FromResult((1, TimeSpan.FromHours(1)))));
    }
}
