using MailManager.Resources.RuleSets;
using MailManager.Rules.RuleSets;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>
/// Asks the atoms of one operand for their answers, by the compiler that rule sets are in force with: one rule for each, all asked at once. Not thread-safe.
/// </summary>
internal sealed class AtomAnswers
{
    private static readonly RuleAction Nothing = new RuleAction.AddHeader("X-Answer", "yes");

    private readonly Func<RuleInput, string, bool>?[] _direct;
    private readonly int[] _ofRules;
    private readonly CompiledRuleSet _ruleSet;
    private readonly RuleEvaluation _evaluation = new();

    public AtomAnswers(IReadOnlyCollection<Atom> atoms, RuleEnvironment environment)
    {
        _direct = [.. atoms.Select(atom => atom.Ask)];
        _ofRules = [.. atoms.Select((atom, i) => (atom, i)).Where(item => item.atom.Condition is not null).Select(item => item.i)];
        var rules = atoms.Select(atom => atom.Condition).OfType<RuleCondition>()
            .Select(condition => new Rule { Conditions = [condition], Actions = [Nothing] });
        var compiled = CompiledRuleSet.Compile(new RuleSet { RuleSetName = "conditions", Rules = [.. rules] }, environment);
        _ruleSet = compiled.Value ?? throw new ArgumentException($"A condition does not compile: {string.Join("; ", compiled.Errors)}", nameof(atoms));
    }

    /// <summary>For each atom its answer, in their order.</summary>
    public bool[] Of(MessageCase message)
    {
        var input = message.ToInput();
        var answers = new bool[_direct.Length];
        _ruleSet.Evaluate(input, [message.Recipient], _evaluation);
        foreach (var rule in _evaluation.MatchedRules)
        {
            answers[_ofRules[rule]] = true;
        }

        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] |= _direct[i]?.Invoke(input, message.Recipient) == true;
        }

        return answers;
    }
}
