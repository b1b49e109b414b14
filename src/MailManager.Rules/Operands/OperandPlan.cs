using System.Collections.Immutable;
using System.Text;
using MailManager.Rules.Cidr;

namespace MailManager.Rules.Operands;

/// <summary>What one policy or rule set reads of a message: each header field once, and all its address ranges. Immutable.</summary>
internal sealed record OperandPlan(ImmutableArray<HeaderOperand> Headers, CidrTable Addresses);

/// <summary>A header field that conditions compare.</summary>
/// <param name="Name">Field name in ASCII octets; case does not matter.</param>
/// <param name="HoldsAddresses">The addresses in it are compared as well as its text.</param>
internal sealed record HeaderOperand(ReadOnlyMemory<byte> Name, bool HoldsAddresses);

/// <summary>Collects what the conditions read while they are built. Used once.</summary>
internal sealed class OperandPlanBuilder
{
    private readonly List<HeaderOperand> _headers = [];
    private readonly Dictionary<string, int> _slots = new(StringComparer.OrdinalIgnoreCase);

    public CidrTableBuilder Addresses { get; } = new();

    /// <summary>The slot in which the field will be found.</summary>
    public int Header(string name, bool holdsAddresses)
    {
        if (!_slots.TryGetValue(name, out var slot))
        {
            slot = _headers.Count;
            _slots.Add(name, slot);
            _headers.Add(new HeaderOperand(Encoding.ASCII.GetBytes(name), holdsAddresses));
        }

        return slot;
    }

    public OperandPlan Build() => new([.. _headers], Addresses.Build());
}
