using CsCheck;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using MailManager.Rules.Tests.RuleSets;
using static MailManager.Rules.Tests.Compiler.RandomConditions;

namespace MailManager.Rules.Tests.Compiler;

public class AgreementTests
{
    private static readonly Gen<RuleAction> Action = Gen.OneOf(
        RandomConditions.Word.Select(name => RuleSetBuilding.Relay(name)),
        Gen.Const(RuleSetBuilding.Drop),
        Of("X-A", "X-B").Select(name => RuleSetBuilding.Header(name)),
        Of("a@x", "b@x", "c@y").Array[1, 3].Select(with => RuleSetBuilding.Replace(with)),
        Of("a@x", "@x", "@y").Select(from => RuleSetBuilding.Map((from, ["c@y", "@x"]))),
        Gen.Const(RuleSetBuilding.Rewrite("(.)@x", "$1.$1@y")),
        Of("X-A", "Subject").Select(name => RuleSetBuilding.Remove(name)),
        Of("X-A", "Subject").Select(name => RuleSetBuilding.Set(name)),
        Gen.Enum<ActionFailurePolicy>().Select(policy => RuleSetBuilding.Send(policy)),
        Gen.Enum<ActionFailurePolicy>().Select(policy => RuleSetBuilding.Bounce(policy: policy)),
        Of("450", "550").Select(code => RuleSetBuilding.Reject(code)));

    private static readonly Gen<Rule> Rule = Gen.Select(RandomConditions.OfRule.Array[0, 3], RandomConditions.OfRule.Array[0, 1], Action.Array[1, 3], Gen.Int[0, 9])
        .Select((conditions, unless, actions, kind) =>
            new Rule { Conditions = [.. conditions], Unless = [.. unless], Actions = [.. actions], Enabled = kind > 0, Shadow = kind > 8 });

    /// <summary>Few programs, as compiling is dear, and many messages for each: 50 x 500 x 4 evaluations by three ways each.</summary>
    [Fact]
    public void Tree_delegate_and_explanation_always_agree()
    {
        var applied = 0;
        var asked = 0;
        Gen.Select(Rule.Array[1, 12], RandomConditions.Message.Array[500], Of("a@x", "b@x", "A@X", "c@y").Array[4]).Sample(
            (rules, messages, recipients) =>
            {
                var tree = CompiledRuleSet.Compile(RuleSetBuilding.RuleSet(rules), RuleSetBuilding.World).Value!;
                var compiled = CompiledRuleSet.Compile(RuleSetBuilding.RuleSet(rules), RuleSetBuilding.World).Value!;
                compiled.CompileInBackground().Wait();
                Assert.True(compiled.IsCompiled && !tree.IsCompiled);
                var ofTree = new RuleEvaluation();
                var ofDelegate = new RuleEvaluation();
                var ofExplanation = new RuleEvaluation();
                foreach (var message in messages)
                {
                    tree.Evaluate(message, recipients, ofTree);
                    compiled.Evaluate(message, recipients, ofDelegate);
                    var explanations = tree.Explain(message, recipients, ofExplanation);
                    Assert.Equal(Describe(ofTree), Describe(ofDelegate));
                    Assert.Equal(Describe(ofTree), Describe(ofExplanation));
                    Interlocked.Add(ref asked, explanations.Length);
                    Interlocked.Add(ref applied, explanations.Count(explanation => explanation.Applies));
                    AssertNobodyIsLost(recipients, ofTree, explanations);
                }

                Assert.Equal(tree.ReadCounters(), compiled.ReadCounters());
            },
            iter: 50);

        // The generators are of use only if both answers are common.
        Assert.InRange((double)applied / asked, 0.1, 0.9);
    }

    /// <summary>Every delivery and drop comes from a rule whose explanation says that it applies to some recipient.</summary>
    private static void AssertNobodyIsLost(string[] recipients, RuleEvaluation evaluation, IEnumerable<RuleExplanation> explanations)
    {
        var applying = explanations.Where(e => e.Applies && !e.IsShadow).Select(e => e.Rule).ToHashSet();
        Assert.Equal(applying.Order(), evaluation.MatchedRules);
        Assert.Equal(explanations.Where(e => e.Applies && e.IsShadow).Select(e => e.Rule).Distinct().Order(), evaluation.ShadowMatchedRules);
        Assert.All(evaluation.Deliveries, delivery => Assert.Contains(delivery.Rule, applying));
        Assert.All(evaluation.Outcomes, outcome => Assert.Contains(outcome.Rule, applying));
        for (var i = 0; i < recipients.Length; i++)
        {
            var isServed = evaluation.Outcomes.Any(outcome => outcome.Kind != OutcomeKind.None && evaluation.CameFrom(outcome, i));
            Assert.True(isServed || evaluation.IsUncovered(i));
            Assert.NotEmpty(evaluation.Disposition(i));
        }
    }

    private static string Describe(RuleEvaluation evaluation) =>
        string.Join(
            '\n',
            evaluation.Deliveries.Select(d => $"{d.Target} {d.Rule} [{string.Join(',', d.Headers.Select(h => h.Name))}] {string.Join(' ', d.Recipients)}")
                .Concat(evaluation.Outcomes.Select(o => $"{o.Kind} {o.Address} {o.Rule} {o.Action} {o.Failure}"))
                .Concat(evaluation.Deliveries.Select(d => string.Join(',', d.RemovedHeaders)))
                .Append($"{evaluation.Refusal}")
                .Append(string.Join(' ', evaluation.Uncovered)));
}
