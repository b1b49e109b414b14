using CsCheck;
using MailManager.Delivery.Shaping;

namespace MailManager.Delivery.Tests.Shaping;

public sealed class ConcurrencyWindowTests
{
    [Fact]
    public void It_grows_with_each_success_up_to_its_largest_size()
    {
        var window = new ConcurrencyWindow(5, 20);
        for (var size = 6; size <= 20; size++)
        {
            Assert.True(window.Apply(AttemptSign.Succeeded, 0));
            Assert.Equal(size, window.Size);
        }

        Assert.False(window.Apply(AttemptSign.Succeeded, 0));
        Assert.Equal(20, window.Size);
    }

    [Fact]
    public void It_halves_once_in_a_round_and_then_grows_by_one_in_a_round()
    {
        var window = new ConcurrencyWindow(9, 20);
        window.Apply(AttemptSign.Congested, 0);
        window.Apply(AttemptSign.Congested, 0);
        Assert.Equal(4, window.Size);
        Assert.False(window.Apply(AttemptSign.Succeeded, 0), "a success of the earlier round counted");
        for (var i = 0; i < 3; i++)
        {
            Assert.False(window.Apply(AttemptSign.Succeeded, window.Round));
        }

        Assert.True(window.Apply(AttemptSign.Succeeded, window.Round));
        Assert.Equal(5, window.Size);
        window.Apply(AttemptSign.Congested, window.Round);
        Assert.Equal(2, window.Size);
    }

    [Fact]
    public void It_stays_between_one_and_its_largest_size() => Gen.Select(Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[0, 2].Array[0, 200]).Sample(
        (initial, max, signs) =>
        {
            var window = new ConcurrencyWindow(initial, max);
            foreach (var sign in signs)
            {
                window.Apply((AttemptSign)sign, window.Round);
                Assert.InRange(window.Size, 1, max);
            }
        },
        iter: 1000);
}
