using System.Collections.Immutable;
using MailManager.Messages.Envelope;

namespace MailManager.Rules.CaseAnalysis;

/// <summary>
/// All cases that conditions can tell apart: the candidates of each operand, and for each atom for which of them it holds. Immutable. Two truths are kept:
/// what the conditions themselves answer for concrete values, from which examples come, and what holds for everything a candidate stands for, from which
/// proofs come.
/// </summary>
internal sealed class CaseSpace
{
    private readonly Candidate[][] _candidates;
    private readonly MessageCase _base;

    private CaseSpace(CaseOperand[] operands, Candidate[][] candidates, int[] operandOf, ClientProfile profile)
    {
        Operands = operands;
        _candidates = candidates;
        OperandOf = operandOf;
        _base = Base(profile);
    }

    public IReadOnlyList<CaseOperand> Operands { get; }

    /// <summary>For each atom the index of its operand.</summary>
    public int[] OperandOf { get; }

    /// <summary>From which examples come.</summary>
    public TruthTables Examples { get; private set; } = null!;

    /// <summary>From which proofs come.</summary>
    public TruthTables Proofs { get; private set; } = null!;

    /// <param name="atoms">All that are asked about; among them is one on the recipient and one on the reverse-path.</param>
    /// <param name="profile">Of the sessions.</param>
    /// <param name="recipients">Addresses by which rules replace recipients.</param>
    /// <param name="environment">What conditions refer to by name.</param>
    public static CaseSpace Create(
        IReadOnlyList<Atom> atoms, ClientProfile profile, IReadOnlyCollection<string> recipients, RuleEnvironment environment)
    {
        CaseOperand[] operands = [.. atoms.Select(atom => atom.Operand).Distinct()];
        var operandOf = atoms.Select(atom => Array.IndexOf(operands, atom.Operand)).ToArray();
        var candidates = operands
            .Select(operand => OperandCandidates.Of(operand, [.. atoms.Where(atom => atom.Operand == operand)], profile, recipients).ToArray())
            .ToArray();
        var space = new CaseSpace(operands, candidates, operandOf, profile);
        space.Fill(atoms, environment);
        return space;
    }

    public int CandidateCount(int operand) => _candidates[operand].Length;

    /// <summary>The index of the recipient candidate that is this address; -1: there is none.</summary>
    public int FindRecipient(string address)
    {
        var operand = Array.FindIndex([.. Operands], o => o.Kind == OperandKind.Recipient);
        return Array.FindIndex(
            _candidates[operand],
            candidate => candidate.IsExact && candidate.Apply!(_base).Recipient.Equals(address, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The case in which operands have the given candidates.</summary>
    public MessageCase Build(IEnumerable<(int Operand, int Candidate)> choices) =>
        choices.Aggregate(_base, (message, choice) => _candidates[choice.Operand][choice.Candidate].Apply!(message));

    private static MessageCase Base(ClientProfile profile) => MessageCase.Default with
    {
        Tls = profile.Tls[0].Protocol,
        IsTlsWrapped = profile.Tls[0].IsWrapped,
        AuthenticatedAs = profile.AuthenticatedAs,
        Certificate = profile.HasCertificate ? new ClientCertificate { SerialNumber = "01" } : null,
    };

    private void Fill(IReadOnlyList<Atom> atoms, RuleEnvironment environment)
    {
        Examples = new TruthTables(atoms.Count, _candidates.Length);
        Proofs = new TruthTables(atoms.Count, _candidates.Length);
        for (var operand = 0; operand < _candidates.Length; operand++)
        {
            var candidates = _candidates[operand];
            Examples.Possible[operand] = new BitSet(candidates.Length);
            Proofs.Possible[operand] = new BitSet(candidates.Length);
            int[] ofOperand = [.. Enumerable.Range(0, atoms.Count).Where(atom => OperandOf[atom] == operand)];
            foreach (var atom in ofOperand)
            {
                Examples.Start(atom, candidates.Length);
                Proofs.Start(atom, candidates.Length);
            }

            var answers = new AtomAnswers([.. ofOperand.Select(atom => atoms[atom])], environment);
            for (var number = 0; number < candidates.Length; number++)
            {
                Fill(operand, number, candidates[number], atoms, ofOperand, answers);
            }
        }
    }

    private void Fill(int operand, int number, Candidate candidate, IReadOnlyList<Atom> atoms, int[] ofOperand, AtomAnswers answers)
    {
        var found = candidate.Apply is null ? null : answers.Of(candidate.Apply(_base));
        var stands = candidate.IsExact || candidate.Says is not null;
        if (found is not null)
        {
            Examples.Possible[operand].Add(number);
        }

        if (stands)
        {
            Proofs.Possible[operand].Add(number);
        }

        for (var i = 0; i < ofOperand.Length; i++)
        {
            var atom = ofOperand[i];
            if (found is not null)
            {
                Examples.Set(atom, number, found[i]);
            }

            if (stands)
            {
                Proofs.Set(atom, number, atoms[atom].IsVariable ? null : candidate.IsExact ? found![i] : candidate.Says!(atoms[atom]));
            }
        }
    }
}

/// <summary>For which candidates atoms hold.</summary>
internal sealed class TruthTables(int atoms, int operands)
{
    private readonly BitSet[] _true = new BitSet[atoms];
    private readonly BitSet[] _false = new BitSet[atoms];

    /// <summary>For each operand the candidates that count.</summary>
    public BitSet[] Possible { get; } = new BitSet[operands];

    public void Start(int atom, int candidates)
    {
        _true[atom] = new BitSet(candidates);
        _false[atom] = new BitSet(candidates);
    }

    /// <param name="atom">Its number.</param>
    /// <param name="candidate">Of its operand.</param>
    /// <param name="answer">Null: it may hold or not.</param>
    public void Set(int atom, int candidate, bool? answer)
    {
        if (answer != false)
        {
            _true[atom].Add(candidate);
        }

        if (answer != true)
        {
            _false[atom].Add(candidate);
        }
    }

    /// <summary>The candidates for which the atom may have the value.</summary>
    public BitSet Of(int atom, bool value) => value ? _true[atom] : _false[atom];
}
