using CsCheck;
using MailManager.Messages.Verdicts;
using MailManager.Resources.Expressions;
using MailManager.Resources.TrafficPolicies;
using MailManager.Rules.Policies;
using MailManager.Rules.Tests.RuleSets;
using static MailManager.Rules.Tests.Compiler.RandomConditions;

namespace MailManager.Rules.Tests.Compiler;

public class PolicyAgreementTests
{
    private static readonly string[] Recipients = ["a@x", "b@x", "A@X", "c@y", "z"];

    private static readonly Gen<TrafficPolicy> Policy = Gen.Select(
        Gen.Enum<AcceptAction>(), Gen.Select(Gen.Enum<AcceptAction>(), OfPolicy.Array[1, 3]).Array[0, 8]).Select((otherwise, statements) => new TrafficPolicy
        {
            TrafficPolicyName = "policy",
            DefaultAction = otherwise,
            PolicyStatements = [.. statements.Select(statement => new PolicyStatement(statement.Item1, [.. statement.Item2]))],
        });

    private static readonly Gen<(string MailFrom, MessageVerdicts Verdicts)> Message = Gen.Select(Word, Found);

    [Fact]
    public void Tree_delegate_and_explanation_always_agree() => Gen.Select(Policy, RandomConditions.Message.Array[400]).Sample(
        (policy, messages) =>
        {
            var tree = Compile(policy);
            var compiled = Compile(policy);
            compiled.CompileInBackground().Wait();
            Assert.True(compiled.IsCompiled && !tree.IsCompiled);
            foreach (var message in messages)
            {
                foreach (var recipient in Recipients)
                {
                    var verdict = tree.EvaluateMessage(message, recipient);
                    Assert.Equal(verdict, compiled.EvaluateMessage(message, recipient));
                    Assert.Equal(verdict, tree.Explain(message, recipient).Verdict);
                }
            }

            Assert.Equal(tree.ReadCounters(), compiled.ReadCounters());
        },
        iter: 50);

    /// <summary>
    /// What is claimed at an early stage is what comes out at the end, whatever of the rest comes: sender and verdicts after the connection, recipients and
    /// message after MAIL.
    /// </summary>
    [Fact]
    public void What_is_decided_early_stays_decided()
    {
        var (known, all) = (0, 0);
        Gen.Select(Policy, Session.Array[10], Message.Array[10]).Sample(
            (source, sessions, messages) =>
            {
                var policy = Compile(source);
                var input = new RuleInput();
                foreach (var session in sessions)
                {
                    // At its connection the client has not said who it is; STARTTLS may still come to a session in clear text.
                    input.SetSession(TestInput.Session(session.Client.Address.ToString(), session.IsTlsWrapped ? session.TlsProtocol : default, string.Empty, session.IsTlsWrapped, reverseName: session.ReverseName));
                    var atConnection = policy.EvaluateEarly(input, PolicyStage.Connection);
                    foreach (var (mailFrom, verdicts) in messages)
                    {
                        input.SetSession(session);
                        input.SetSender(mailFrom);
                        input.SetVerdicts(new MessageVerdicts { Spf = verdicts.Spf });
                        var atMail = policy.EvaluateEarly(input, PolicyStage.Mail);
                        var atRecipient = Recipients.Select(recipient => policy.Evaluate(input, recipient)).ToArray();
                        input.SetVerdicts(verdicts);
                        for (var i = 0; i < Recipients.Length; i++)
                        {
                            var final = policy.EvaluateMessage(input, Recipients[i]);
                            foreach (var early in (PolicyVerdict[])[atConnection, atMail, atRecipient[i]])
                            {
                                Assert.True(early.Outcome == PolicyOutcome.NotYetKnown || early.Outcome == final.Outcome, $"{early} became {final}");
                                Assert.True(early.Statement == PolicyVerdict.Undetermined || early.Statement == final.Statement, $"{early} became {final}");
                                Interlocked.Add(ref known, early.Outcome == PolicyOutcome.NotYetKnown ? 0 : 1);
                                Interlocked.Increment(ref all);
                            }
                        }
                    }
                }
            },
            iter: 200);

        // The generators are of use only if much is decided early, and much is not.
        Assert.InRange((double)known / all, 0.1, 0.9);
    }

    private static CompiledTrafficPolicy Compile(TrafficPolicy policy)
    {
        var result = CompiledTrafficPolicy.Compile(policy, RuleSetBuilding.World);
        Assert.Empty(result.Errors);
        return result.Value!;
    }
}
