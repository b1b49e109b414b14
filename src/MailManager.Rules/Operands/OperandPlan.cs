using System.Collections.Immutable;
using System.Text;
using MailManager.Rules.Cidr;
using MailManager.Rules.Expressions;
using MailManager.Rules.Sets;
using MailManager.Rules.Strings;

namespace MailManager.Rules.Operands;

/// <summary>What one policy or rule set reads of sessions and messages, each thing once. Immutable.</summary>
/// <param name="Headers">By slot.</param>
/// <param name="Addresses">The ranges of all its conditions.</param>
/// <param name="IpSets">By slot.</param>
/// <param name="AddressLists">By slot.</param>
/// <param name="Texts">Operands that are compared so often that one scan answers all comparisons; by slot.</param>
/// <param name="Answers">How many answers are kept for a message.</param>
internal sealed record OperandPlan(
    ImmutableArray<HeaderOperand> Headers,
    CidrTable Addresses,
    ImmutableArray<NamedIpSet> IpSets,
    ImmutableArray<NamedAddressList> AddressLists,
    ImmutableArray<IndexedOperand> Texts,
    int Answers)
{
    /// <summary>Words of answers that all texts need.</summary>
    public int TextWords { get; } = Texts.Sum(text => text.Words);

    /// <summary>Slots of the texts that differ from recipient to recipient.</summary>
    public ImmutableArray<int> RecipientTexts { get; } = [.. Enumerable.Range(0, Texts.Length).Where(slot => Texts[slot].Operand.OfRecipient)];
}

/// <summary>A header field that conditions compare.</summary>
/// <param name="Name">Field name in ASCII octets; case does not matter.</param>
/// <param name="Form">What of it.</param>
internal sealed record HeaderOperand(ReadOnlyMemory<byte> Name, HeaderForm Form);

/// <summary>What is compared of a header field.</summary>
internal enum HeaderForm
{
    /// <summary>The whole text, unfolded and decoded.</summary>
    Text,

    /// <summary>The whole text, and each address in it.</summary>
    TextAndAddresses,

    /// <summary>Each address in it.</summary>
    Addresses,

    /// <summary>The domain of each address in it.</summary>
    Domains,

    /// <summary>The text without angle brackets around it (RFC 5322 §3.6.4).</summary>
    MessageId,
}

/// <summary>Collects what the conditions read while they are built. Used once.</summary>
internal sealed class OperandPlanBuilder
{
    /// <summary>So many comparisons of one operand are about as dear one by one as in one scan.</summary>
    internal const int IndexedFrom = 4;

    private readonly List<HeaderOperand> _headers = [];
    private readonly Dictionary<(string Name, HeaderForm Form), int> _headerSlots = [];
    private readonly List<NamedIpSet> _ipSets = [];
    private readonly List<NamedAddressList> _addressLists = [];
    private readonly Dictionary<TextOperand, List<TextCondition>> _conditions = [];
    private int _answers;

    public CidrTableBuilder Addresses { get; } = new();

    /// <summary>The slot in which the texts of the field will be found.</summary>
    public int Header(string name, HeaderForm form)
    {
        var key = (name.ToUpperInvariant(), form);
        if (!_headerSlots.TryGetValue(key, out var slot))
        {
            slot = _headers.Count;
            _headerSlots.Add(key, slot);
            _headers.Add(new HeaderOperand(Encoding.ASCII.GetBytes(name), form));
        }

        return slot;
    }

    /// <summary>The slot in which it will be found whether the client is in the set.</summary>
    public int IpSet(NamedIpSet set) => SlotOf(_ipSets, set);

    /// <summary>The slot in which the members of the list will be found.</summary>
    public int AddressList(NamedAddressList list) => SlotOf(_addressLists, list);

    /// <summary>The condition, which <see cref="Build"/> may tell to look its answer up.</summary>
    public TextCondition Add(TextCondition condition)
    {
        if (!_conditions.TryGetValue(condition.Operand, out var conditions))
        {
            _conditions.Add(condition.Operand, conditions = []);
        }

        conditions.Add(condition);
        return condition;
    }

    /// <summary>The number of an answer that is kept for the message.</summary>
    public int Answer() => _answers++;

    public OperandPlan Build() => new([.. _headers], Addresses.Build(), [.. _ipSets], [.. _addressLists], BuildIndexes(), _answers);

    private ImmutableArray<IndexedOperand> BuildIndexes()
    {
        var indexed = ImmutableArray.CreateBuilder<IndexedOperand>();
        foreach (var (operand, conditions) in _conditions)
        {
            var comparisons = conditions.Where(condition => OperandIndexBuilder.Supports(condition.Operator)).ToArray();
            if (comparisons.Length < IndexedFrom)
            {
                continue;
            }

            var index = new OperandIndexBuilder();
            var firstWord = indexed.Sum(other => other.Words);
            foreach (var comparison in comparisons)
            {
                var number = index.Add(comparison.Operator, comparison.Values);
                comparison.LookUp(new IndexedAnswer(indexed.Count, firstWord + (number / 64), 1UL << (number % 64)));
            }

            indexed.Add(new IndexedOperand(operand, index.Build(), firstWord));
        }

        return indexed.ToImmutable();
    }

    private static int SlotOf<T>(List<T> known, T item)
    {
        var slot = known.IndexOf(item);
        if (slot < 0)
        {
            slot = known.Count;
            known.Add(item);
        }

        return slot;
    }
}
