using System.Security.Authentication;
using CsCheck;
using MailManager.Messages.Envelope;
using MailManager.Resources.Expressions;
using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;
using MailManager.Rules.Tests.RuleSets;

namespace MailManager.Rules.Tests.Compiler;

public class AgreementTests
{
    private static readonly Gen<string> Word = Of("a", "b", "ab", "a@x", "b@x", "A@X", "@x", "c@y", "x");

    private static readonly Gen<RuleCondition> Condition = Gen.OneOf(
        Gen.Select(Gen.Enum<RuleStringEmailAttribute>(), Gen.Enum<StringOperator>(), Word.Array[1, 6])
            .Select((attribute, op, values) => RuleSetBuilding.String(attribute, op, values)),
        Gen.Select(Of("X-A", "X-B"), Gen.Enum<StringOperator>(), Word.Array[1, 6]).Select((name, op, values) => RuleSetBuilding.XHeader(name, op, values)),
        Gen.Select(Gen.Enum<RuleClientCertificateAttribute>(), Gen.Enum<StringOperator>(), Word.Array[1, 6])
            .Select((attribute, op, values) => RuleSetBuilding.Certificate(attribute, op, values)),
        Gen.Select(Gen.Enum<RuleBooleanEmailAttribute>(), Gen.Bool).Select((attribute, expected) => RuleSetBuilding.Flag(attribute, expected)),
        Gen.Select(Gen.Enum<NumberOperator>(), Gen.Int[0, 3]).Select((op, value) => (RuleCondition)new RuleNumberExpression(op, value)),
        Gen.Select(Gen.Enum<IpOperator>(), Of("192.0.2.0/25", "192.0.2.128/25", "0.0.0.0/0", "2001:db8::/32", "::/0").Array[1, 3])
            .Select((op, values) => RuleSetBuilding.Ip(op, values)));

    private static readonly Gen<RuleAction> Action = Gen.OneOf(
        Word.Select(name => RuleSetBuilding.Relay(name)),
        Gen.Const(RuleSetBuilding.Drop),
        Of("X-A", "X-B").Select(name => RuleSetBuilding.Header(name)),
        Of("a@x", "b@x", "c@y").Array[1, 3].Select(with => RuleSetBuilding.Replace(with)));

    private static readonly Gen<Rule> Rule = Gen.Select(Condition.Array[0, 3], Condition.Array[0, 2], Action.Array[1, 4])
        .Select((conditions, unless, actions) => new Rule { Conditions = [.. conditions], Unless = [.. unless], Actions = [.. actions] });

    private static readonly Gen<ClientCertificate?> Certificate = Gen.OneOf(
        Gen.Const((ClientCertificate?)null),
        Gen.Select(Word, Word.Array[0, 2], Word.Array[0, 2], Word.Array[0, 2]).Select((serial, a, b, c) => (ClientCertificate?)new ClientCertificate
        {
            SerialNumber = serial,
            CommonNames = [.. a],
            Rfc822Names = [.. b],
            DnsNames = [.. c],
            DirectoryNames = [.. a],
            UniformResourceIdentifiers = [.. b],
            IpAddresses = [.. c],
            RegisteredIds = [.. a],
        }));

    private static readonly Gen<RuleInput> Message = Gen.Select(
        Gen.Select(Word, Word, Word, Word, Word).Select((a, b, c, d, e) => $"From: {a}\nTo: {b}, {c}\nSubject: {d}\nX-A: {e}"),
        Of("\nDisposition-Notification-To: a", "\nX-A: b\nSender: a <a@x>", "\nX-B: =?utf-8?q?a?="),
        Word,
        Gen.Long[0, 3],
        Gen.Select(Of("192.0.2.1", "192.0.2.200", "198.51.100.1", "2001:db8::1", "2001:db9::1"), Of(SslProtocols.None, SslProtocols.Tls13), Word, Gen.Bool, Certificate))
        .Select((header, more, mailFrom, size, session) =>
            TestInput.Message(header + more, mailFrom, size, TestInput.Session(session.Item1, session.Item2, session.Item3, session.Item4, session.Item5)));

    [Fact]
    public void Tree_delegate_and_explanation_always_agree()
    {
        var applied = 0;
        var asked = 0;
        Gen.Select(Rule.Array[1, 6], Message.Array[1, 4], Of("a@x", "b@x", "A@X", "c@y").Array[1, 4]).Sample(
            (rules, messages, recipients) =>
            {
                var tree = CompiledRuleSet.Compile(RuleSetBuilding.RuleSet(rules)).Value!;
                var compiled = CompiledRuleSet.Compile(RuleSetBuilding.RuleSet(rules)).Value!;
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
                    foreach (var explanation in explanations)
                    {
                        asked++;
                        applied += explanation.Applies ? 1 : 0;
                    }

                    AssertNobodyIsLost(recipients, ofTree, explanations);
                }
            },
            iter: 100);

        // The generators are of use only if both answers are common.
        Assert.InRange((double)applied / asked, 0.1, 0.9);
    }

    /// <summary>Every delivery and drop comes from a rule whose explanation says that it applies to some recipient.</summary>
    private static void AssertNobodyIsLost(string[] recipients, RuleEvaluation evaluation, IEnumerable<RuleExplanation> explanations)
    {
        var applying = explanations.Where(e => e.Applies).Select(e => e.Rule).ToHashSet();
        Assert.All(evaluation.Deliveries, delivery => Assert.Contains(delivery.Rule, applying));
        Assert.All(evaluation.Dropped, dropped => Assert.Contains(dropped.Rule, applying));
        if (evaluation.Deliveries.Count == 0 && evaluation.Dropped.Count == 0)
        {
            Assert.Equal(recipients, evaluation.Uncovered);
        }
    }

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static string Describe(RuleEvaluation evaluation) =>
        string.Join(
            '\n',
            evaluation.Deliveries.Select(d => $"{d.Relay} {d.Rule} [{string.Join(',', d.Headers.Select(h => h.Name))}] {string.Join(' ', d.Recipients)}")
                .Concat(evaluation.Dropped.Select(d => d.ToString()))
                .Append(string.Join(' ', evaluation.Uncovered)));
}
