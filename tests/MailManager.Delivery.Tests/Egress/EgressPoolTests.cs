using System.Net;
using CsCheck;
using MailManager.Delivery.Egress;

namespace MailManager.Delivery.Tests.Egress;

public class EgressPoolTests
{
    /// <summary>Numbers spread evenly over what a random number may be choose each source as often as its weight says.</summary>
    [Fact]
    public void Each_source_has_chances_by_its_weight() => Gen.Int[1, 50].Array[1, 8].Sample(
        weights =>
        {
            var total = weights.Sum();
            var pool = new EgressPool("pool", [.. weights.Select((weight, i) => new EgressPoolMember(Source($"s{i}"), weight))]);
            var chosen = Enumerable.Range(0, total).GroupBy(i => pool.Choose((i + 0.5) / total).Name, i => i, (name, all) => (name, all.Count()));
            return chosen.Order().SequenceEqual(weights.Select((weight, i) => ($"s{i}", weight)).Order());
        },
        iter: 1000);

    [Theory]
    [InlineData(0, "first")]
    [InlineData(0.999999999999, "second")]
    public void The_least_and_the_greatest_number_choose_a_source(double random, string expected)
    {
        var pool = new EgressPool("pool", [new EgressPoolMember(Source("first"), 1), new EgressPoolMember(Source("second"), 65535)]);
        Assert.Equal(expected, pool.Choose(random).Name);
    }

    [Fact]
    public void A_source_may_stand_where_a_pool_may()
    {
        var source = Source("one");
        var pools = new EgressPools([source], [new EgressPool("pool", [new EgressPoolMember(source, 3)])]);
        Assert.Same(source, pools.Find("one")!.Choose(0.5));
        Assert.Same(source, pools.Find("pool")!.Choose(0.5));
        Assert.Null(pools.Find("One"));
    }

    private static EgressSource Source(string name) => new() { Name = name, IPv4 = IPAddress.Loopback };
}
