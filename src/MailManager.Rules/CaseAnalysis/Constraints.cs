namespace MailManager.Rules.CaseAnalysis;

/// <summary>
/// What has been decided so far while a case is looked for: which atoms hold, and which candidates of each operand are left with that. An operand that may
/// have several values at once needs one value for each atom that is to hold, none of which makes an atom hold that is not to.
/// </summary>
internal sealed class Constraints
{
    private readonly CaseSpace _space;
    private readonly TruthTables _tables;
    private readonly Effort _effort;
    private readonly BitSet[] _left;
    private readonly List<int>[] _wanted;
    private readonly sbyte[] _decided;
    private readonly int _recipientOperand;

    public Constraints(CaseSpace space, TruthTables tables, Question question, int atoms, Effort effort)
    {
        _space = space;
        _tables = tables;
        _effort = effort;
        _recipientOperand = Enumerable.Range(0, space.Operands.Count).First(i => space.Operands[i].Kind == OperandKind.Recipient);
        _decided = new sbyte[atoms * question.Recipients.Length];
        var laterRecipients = question.Recipients.Skip(1).Select(_ => tables.Possible[_recipientOperand]);
        _left = [.. tables.Possible.Concat(laterRecipients).Select(possible => possible.Clone())];
        _wanted = [.. _left.Select(_ => new List<int>())];
        for (var i = 0; i < question.Recipients.Length; i++)
        {
            if (question.Recipients[i].Candidate is { } candidate)
            {
                var only = new BitSet(space.CandidateCount(_recipientOperand));
                only.Add(candidate);
                _left[Slot(_recipientOperand, i)].IntersectWith(only);
            }
        }
    }

    private Constraints(Constraints other)
    {
        (_space, _tables, _effort, _recipientOperand) = (other._space, other._tables, other._effort, other._recipientOperand);
        _left = [.. other._left.Select(left => left.Clone())];
        _wanted = [.. other._wanted.Select(wanted => new List<int>(wanted))];
        _decided = (sbyte[])other._decided.Clone();
    }

    public Constraints Clone() => new(this);

    /// <summary>Decides an atom; false: that cannot be.</summary>
    public bool Decide(int atom, int recipient, bool value)
    {
        _effort.Spend();
        var operand = _space.OperandOf[atom];
        ref var decided = ref _decided[Decision(atom, operand, recipient)];
        if (decided != 0)
        {
            return decided > 0 == value;
        }

        decided = (sbyte)(value ? 1 : -1);
        var slot = Slot(operand, recipient);
        if (!_space.Operands[operand].IsMultiple)
        {
            _left[slot].IntersectWith(_tables.Of(atom, value));
            return !_left[slot].IsEmpty;
        }

        if (value)
        {
            _wanted[slot].Add(atom);
            return _left[slot].Intersects(_tables.Of(atom, true));
        }

        _left[slot].IntersectWith(_tables.Of(atom, false));
        return _wanted[slot].TrueForAll(wanted => _left[slot].Intersects(_tables.Of(wanted, true)));
    }

    /// <summary>What a formula comes to with what is decided; null: it may be either.</summary>
    public bool? Value(Formula formula, int recipient) => formula switch
    {
        Formula.Holds holds => Value(holds.Atom, recipient),
        Formula.Not not => !Value(not.Part, recipient),
        Formula.All all => Combine(all.Parts.AsSpan(), recipient, decisive: false),
        _ => Combine(((Formula.Any)formula).Parts.AsSpan(), recipient, decisive: true),
    };

    /// <summary>One choice of candidates that fits, if the tables are of concrete values. The recipient is the one of the envelope.</summary>
    /// <param name="turn">Which of those that fit: 0 is the first, 1 the second if there is one.</param>
    public IEnumerable<(int Operand, int Candidate)> Choices(int turn)
    {
        for (var operand = 0; operand < _space.Operands.Count; operand++)
        {
            if (!_space.Operands[operand].IsMultiple)
            {
                var members = _left[operand].Members().Take(turn + 1).ToArray();
                yield return (operand, members[^1]);
                continue;
            }

            var missing = new List<int>(_wanted[operand]);
            while (missing.Count > 0)
            {
                var best = _left[operand].Members().MaxBy(candidate => missing.Count(atom => _tables.Of(atom, true)[candidate]));
                yield return (operand, best);
                missing.RemoveAll(atom => _tables.Of(atom, true)[best]);
            }
        }
    }

    private bool? Value(int atom, int recipient)
    {
        _effort.Spend();
        var operand = _space.OperandOf[atom];
        var decided = _decided[Decision(atom, operand, recipient)];
        if (decided != 0)
        {
            return decided > 0;
        }

        var slot = Slot(operand, recipient);
        if (!_left[slot].Intersects(_tables.Of(atom, true)))
        {
            return false;
        }

        if (!_space.Operands[operand].IsMultiple)
        {
            return _left[slot].Intersects(_tables.Of(atom, false)) ? null : true;
        }

        foreach (var wanted in _wanted[slot])
        {
            if (!_left[slot].Intersects(_tables.Of(wanted, true), _tables.Of(atom, false)))
            {
                return true;
            }
        }

        return null;
    }

    /// <param name="parts">Of the formula.</param>
    /// <param name="recipient">Of which recipient.</param>
    /// <param name="decisive">The value that one part alone can give the whole.</param>
    private bool? Combine(ReadOnlySpan<Formula> parts, int recipient, bool decisive)
    {
        bool? result = !decisive;
        foreach (var part in parts)
        {
            var value = Value(part, recipient);
            if (value == decisive)
            {
                return decisive;
            }

            if (value is null)
            {
                result = null;
            }
        }

        return result;
    }

    private int Slot(int operand, int recipient) =>
        operand == _recipientOperand && recipient > 0 ? _space.Operands.Count + recipient - 1 : operand;

    private int Decision(int atom, int operand, int recipient) =>
        operand == _recipientOperand ? (recipient * _space.OperandOf.Length) + atom : atom;
}
