using CsCheck;
using MailManager.Rules.RuleSets;
using static MailManager.Rules.Tests.RuleSets.RuleSetBuilding;

namespace MailManager.Rules.Tests.RuleSets;

/// <summary>From which recipients of the envelope those of a delivery came.</summary>
public class SourceTests
{
    /// <summary>
    /// Rules that replace one address by others, and relay in between, against a model that follows each recipient of the envelope alone.
    /// </summary>
    [Fact]
    public void Recipients_of_a_delivery_came_from_all_that_lead_to_them() => Gen.Select(
        Gen.Int[0, 5].Array[1, 130],
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Bool).Array[0, 5]).Sample(
        (envelope, steps) =>
        {
            var rules = steps
                .Select(step => step.Item4 ? When(Recipient(Name(step.Item1)), Relay("early")) : When(Recipient(Name(step.Item1)), Replace(Name(step.Item2), Name(step.Item3))))
                .Append(Always(Relay("late")));
            var evaluation = new RuleEvaluation();
            CompiledRuleSet.Compile(RuleSet([.. rules]), World).Value!.Evaluate(TestInput.Message("Subject: s"), [.. envelope.Select(Name)], evaluation);
            var expected = new HashSet<(string Relay, string Recipient, int Source)>();
            for (var i = 0; i < envelope.Length; i++)
            {
                Follow(envelope[i], i, steps, expected);
            }

            var actual = new HashSet<(string Relay, string Recipient, int Source)>();
            foreach (var group in evaluation.Deliveries)
            {
                for (var recipient = 0; recipient < group.Recipients.Count; recipient++)
                {
                    actual.UnionWith(Enumerable.Range(0, envelope.Length)
                        .Where(source => group.CameFrom(recipient, source))
                        .Select(source => (group.Target.RelayName!, group.Recipients[recipient], source)));
                }
            }

            return expected.SetEquals(actual);
        },
        iter: 500);

    private static string Name(int number) => $"u{number}@x";

    private static void Follow(int address, int source, (int From, int To, int OrTo, bool IsRelay)[] steps, HashSet<(string, string, int)> deliveries)
    {
        var addresses = new HashSet<int> { address };
        foreach (var (from, to, orTo, isRelay) in steps)
        {
            if (!addresses.Contains(from))
            {
                continue;
            }

            if (isRelay)
            {
                deliveries.Add(("early", Name(from), source));
            }
            else
            {
                addresses.Remove(from);
                addresses.Add(to);
                addresses.Add(orTo);
            }
        }

        deliveries.UnionWith(addresses.Select(last => ("late", Name(last), source)));
    }
}
